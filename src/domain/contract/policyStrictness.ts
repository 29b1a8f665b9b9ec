import { DEFAULT_POLICY, type Policy } from './policy.ts';

type Threshold = Exclude<keyof Policy, 'approvedBy'>;

/** Which way each threshold of the policy is the stricter one. */
const STRICTER_WHEN: Readonly<Record<Threshold, 'higher' | 'lower'>> = {
  minStages: 'higher',
  minObservationWindowHours: 'higher',
  maxInitialPercentageCritical: 'lower',
  maxFirstStagePercentage: 'lower',
  rollbackDeadlineSeconds: 'lower',
  pauseAfterWindows: 'lower',
  waiverMaxDays: 'lower',
  minDwellMinutes: 'higher',
  cooldownMinutes: 'higher',
  approvalValidDays: 'lower',
  approversStandard: 'higher',
  approversCritical: 'higher',
  maxConcurrentRollouts: 'lower',
};

/** The thresholds that are stricter today than when a contract was judged. */
export function stricterThan(today: Policy, judged: Policy): readonly Threshold[] {
  return THRESHOLDS.filter((name) =>
    STRICTER_WHEN[name] === 'higher' ? today[name] > judged[name] : today[name] < judged[name],
  );
}

/** The thresholds that are looser than the defaults: announced in the log and in `/readyz`. */
export function looserThanDefaults(policy: Policy): readonly Threshold[] {
  return stricterThan(DEFAULT_POLICY, policy);
}

// `Object.keys` forgets the type of the keys; the table above has exactly these.
const THRESHOLDS = Object.keys(STRICTER_WHEN) as readonly Threshold[];

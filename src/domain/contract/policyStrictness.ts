import { DEFAULT_POLICY, type Policy } from './policy.ts';

type Threshold = Exclude<keyof Policy, 'approvedBy' | 'attestations'>;
/** A setting that can be stricter in one policy than in another. */
type Setting = Threshold | 'attestations';

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
  // 0 looks back at nothing: the loosest of all.
  baselineWindowHours: 'higher',
  baselineMaxErrorRate: 'lower',
  baselineMaxP95Seconds: 'lower',
};

/** What is stricter today than when a contract was judged. */
export function stricterThan(today: Policy, judged: Policy): readonly Setting[] {
  const thresholds = THRESHOLDS.filter((name) => isStricter(name, today, judged));
  const asksForMore = today.attestations.some((name) => !judged.attestations.includes(name));
  return asksForMore ? [...thresholds, 'attestations'] : thresholds;
}

/** Of each setting the stricter one: what the contract was judged by, and nothing that was loosened since. */
export function stricterOf(today: Policy, judged: Policy): Policy {
  const stricter = THRESHOLDS.filter((name) => isStricter(name, today, judged)).map((name) => [name, today[name]]);
  const attestations = [...new Set([...judged.attestations, ...today.attestations])];
  return { ...judged, ...Object.fromEntries(stricter), attestations };
}

const isStricter = (name: Threshold, one: Policy, other: Policy) =>
  STRICTER_WHEN[name] === 'higher' ? one[name] > other[name] : one[name] < other[name];

/** The settings that are looser than the defaults: announced in the log and in `/readyz`. */
export function looserThanDefaults(policy: Policy): readonly Setting[] {
  return stricterThan(DEFAULT_POLICY, policy);
}

// `Object.keys` forgets the type of the keys; the table above has exactly these.
const THRESHOLDS = Object.keys(STRICTER_WHEN) as readonly Threshold[];

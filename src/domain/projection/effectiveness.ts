import type { WedgeStage } from '../contract/wedge.ts';
import type { HealthOutcome } from '../rollout/healthWatch.ts';
import { timeOf } from '../time.ts';
import { type Happening, type HappeningOf, happeningsOf } from './happening.ts';
import { type Spread, spreadOf } from './spread.ts';

export type Period = { readonly fromMs: number; readonly toMs: number };

export type EffectivenessRecords = {
  /** Those of the period, and all those of the rollouts that they speak of; by chain, in order. */
  readonly happenings: readonly Happening[];
  /** The estimates of contracts: people in a stage, by rollout and stage. */
  readonly affectedCustomers: Readonly<Record<string, Readonly<Record<string, number>>>>;
};

/** One time that exposure was taken back from a rollout that had some. */
export type RollbackFact = {
  readonly rolloutId: string;
  readonly feature: string;
  readonly at: string;
  readonly automatic: boolean;
  /** `progressive`: a person's, step by step to its end; one that was hurried is immediate. */
  readonly mode: 'immediate' | 'progressive';
  readonly reason: string;
  readonly fromStage: string;
  /** 0 to 100, of the stage's scope, when it was taken back and afterwards. */
  readonly percentageBefore: number;
  readonly percentageAfter: number;
  /** The contract's estimate for the stage; null where it has none. */
  readonly affectedCustomers: number | null;
  /** From the last rise of exposure to the trigger. */
  readonly detectedAfterSeconds: number | null;
  /** From the trigger until the flag store had it; null where it never was recorded. */
  readonly removedAfterSeconds: number | null;
  /** From the trigger until whoever serves lookups had said so; null where it never was recorded, or somebody was not heard from. */
  readonly confirmedAfterSeconds: number | null;
  /** Members that were not heard from when the wait was over. */
  readonly unheard: number;
  /** Whether it has helped; null where nobody asked, or nobody knows yet. */
  readonly health: HealthOutcome | null;
  readonly falseAlarm: boolean;
  readonly incidents: readonly string[];
};

/** What came of the rollouts of a period, and how well Sluice did. Dry runs are left out. */
export type EffectivenessReport = {
  readonly from: string;
  readonly to: string;
  readonly rollouts: {
    readonly started: number;
    readonly completed: number;
    readonly rolledBack: number;
    readonly superseded: number;
    readonly killedFeatures: number;
  };
  readonly rollbacks: readonly RollbackFact[];
  readonly automaticRollbacks: number;
  readonly falseAlarms: number;
  readonly timeToDetectSeconds: Spread | null;
  readonly timeToRemoveSeconds: Spread | null;
  readonly timeToConfirmSeconds: Spread | null;
  readonly incidents: { readonly linked: number; readonly detectedBySluice: number; readonly detectedByOthers: number };
  /** Criteria of severity `alert` that failed for their count, and the words of people on them. */
  readonly alerts: { readonly raised: number; readonly reviewed: number };
  readonly waivers: {
    readonly requested: number;
    /** Words of approvers; a waiver takes two. */
    readonly approvals: number;
    readonly rejected: number;
    readonly expired: number;
    readonly used: readonly {
      readonly waiverId: string;
      readonly contractId: string;
      readonly rules: readonly string[];
    }[];
  };
};

/** What a plan expects of its stages; those that say nothing are left out. */
export function estimatesOf(stages: readonly WedgeStage[]): Readonly<Record<string, number>> {
  const estimated = stages.flatMap(({ stageId, affectedCustomers }) =>
    affectedCustomers === undefined ? [] : [[stageId, affectedCustomers] as const],
  );
  return Object.fromEntries(estimated);
}

export function effectivenessReport(records: EffectivenessRecords, period: Period): EffectivenessReport {
  const all = records.happenings.filter(({ dryRun }) => !dryRun);
  const within = all.filter(({ at }) => Date.parse(at) >= period.fromMs && Date.parse(at) < period.toMs);
  const count = (type: Happening['type']) => happeningsOf(within, type).length;
  const rollbacks = happeningsOf(within, 'rolledBack').flatMap((entry) => rollbackFact(entry, all, records));
  const automatic = rollbacks.filter((rollback) => rollback.automatic);
  return {
    from: timeOf(period.fromMs),
    to: timeOf(period.toMs),
    rollouts: {
      started: count('started'),
      completed: count('completed'),
      rolledBack: happeningsOf(within, 'rolledBack').filter(endsExposed).length,
      superseded: count('superseded'),
      killedFeatures: count('killed'),
    },
    rollbacks,
    automaticRollbacks: automatic.length,
    falseAlarms: automatic.filter(({ falseAlarm }) => falseAlarm).length,
    timeToDetectSeconds: spreadOf(automatic.map(({ detectedAfterSeconds }) => detectedAfterSeconds)),
    timeToRemoveSeconds: spreadOf(rollbacks.map(({ removedAfterSeconds }) => removedAfterSeconds)),
    timeToConfirmSeconds: spreadOf(rollbacks.map(({ confirmedAfterSeconds }) => confirmedAfterSeconds)),
    incidents: incidentCounts(within),
    alerts: { raised: count('alerted'), reviewed: count('reviewed') },
    waivers: {
      requested: count('waiverRequested'),
      approvals: count('waiverApproved'),
      rejected: count('waiverRejected'),
      expired: count('waiverExpired'),
      used: happeningsOf(within, 'proposed').flatMap(usesIn),
    },
  };
}

/** A cancelled rollout had exposed nobody; one that went back by a stage goes on. */
const endsExposed = ({ data }: HappeningOf<'rolledBack'>) => data.toStageIndex === null && data.fromStage !== null;

function rollbackFact(
  entry: HappeningOf<'rolledBack'>,
  all: readonly Happening[],
  { affectedCustomers }: EffectivenessRecords,
): readonly RollbackFact[] {
  const { fromStage, automatic, mode, triggeredAtMs } = entry.data;
  const rolloutId = entry.rollout ?? '';
  if (fromStage === null) return [];
  const own = all.filter(({ rollout, chain }) => rollout === entry.rollout && chain === entry.chain);
  const risen = own.findLast(({ type, seq }) => RISES.some((rise) => rise === type) && seq < entry.seq);
  const moved = own.findLast(({ type, seq }) => MOVES.some((move) => move === type) && seq < entry.seq);
  const began = happeningsOf(own, 'rollbackStep').find(
    ({ data, seq }) => data.begins !== null && seq > (moved?.seq ?? 0) && seq < entry.seq,
  );
  const verified = happeningsOf(own, 'healthVerified').find(({ data }) => data.sinceMs === Date.parse(entry.at));
  const removed = happeningsOf(own, 'exposureRemoved').find(({ data }) => data.triggeredAtMs === triggeredAtMs);
  return [
    {
      rolloutId,
      feature: entry.chain,
      at: entry.at,
      automatic,
      mode,
      reason: entry.reason ?? 'operator',
      fromStage,
      percentageBefore: (began ?? entry).percentageBefore ?? 0,
      percentageAfter: entry.percentageAfter ?? 0,
      affectedCustomers: affectedCustomers[rolloutId]?.[fromStage] ?? null,
      detectedAfterSeconds: risen === undefined ? null : (triggeredAtMs - Date.parse(risen.at)) / 1000,
      removedAfterSeconds: removed === undefined ? null : (removed.data.removedAtMs - triggeredAtMs) / 1000,
      ...confirmedBy(own, removed),
      health: verified?.data.outcome ?? null,
      falseAlarm: own.some(({ type }) => type === 'falseAlarmMarked'),
      incidents: [...new Set(happeningsOf(own, 'incidentLinked').map(({ data }) => data.reference))],
    },
  ];
}

/** Of this very removal: a later one of the rollout is confirmed by itself. */
function confirmedBy(own: readonly Happening[], removed: HappeningOf<'exposureRemoved'> | undefined) {
  const confirmed = happeningsOf(own, 'exposureConfirmed').find(
    ({ data }) => data.removedAtMs === removed?.data.removedAtMs,
  );
  if (confirmed === undefined) return { confirmedAfterSeconds: null, unheard: 0 };
  const { confirmedAtMs, triggeredAtMs, unheardCount: unheard } = confirmed.data;
  return { confirmedAfterSeconds: unheard > 0 ? null : (confirmedAtMs - triggeredAtMs) / 1000, unheard };
}

const RISES: readonly Happening['type'][] = ['started', 'ramped', 'advanced'];
/** What begins in steps after these ends in the rollback that comes next. */
const MOVES: readonly Happening['type'][] = [...RISES, 'rolledBack'];

/** An incident that is told again, to be resolved for one, is the same. */
function incidentCounts(within: readonly Happening[]): EffectivenessReport['incidents'] {
  const linked = happeningsOf(within, 'incidentLinked').map(({ rollout, data }) => ({
    key: `${rollout} ${data.reference}`,
    bySluice: data.detectedBySluice,
  }));
  const latest = new Map(linked.map(({ key, bySluice }) => [key, bySluice]));
  const detectedBySluice = [...latest.values()].filter(Boolean).length;
  return { linked: latest.size, detectedBySluice, detectedByOthers: latest.size - detectedBySluice };
}

const usesIn = ({ contract, data }: HappeningOf<'proposed'>) =>
  data.waivers.map(({ waiverId, rules }) => ({ waiverId, rules, contractId: contract ?? '' }));

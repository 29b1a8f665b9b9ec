import { currentStage, type RolloutState } from '../rollout/state.ts';
import { type Counted, countKey } from './countQuery.ts';
import { countedUntil } from './countSpan.ts';
import { NO_ANSWER } from './finding.ts';
import type { GuardSpan, PlannedGuard } from './guard.ts';
import { judgeOutage, type PlannedOutage, plannedOutages } from './outageGuard.ts';
import type { SampleRatio } from './sampleRatio.ts';
import { judgeSplit, nextSplit, type PlannedSplit, plannedSplit } from './splitGuard.ts';
import type { Verdict } from './verdict.ts';

/** What stands beside every rollout has seen so far: kept with every poll. Plain JSON. */
export type Guards = {
  /** By the guard's key: counted up to here, by the sources' clock. */
  readonly outages: Readonly<Record<string, number>>;
  /** null where the contract asks for no check of the split, or nothing was counted yet. */
  readonly sampleRatio: SampleRatio | null;
};

export const NO_GUARDS: Guards = { outages: {}, sampleRatio: null };

export type GuardPlan = { readonly outages: readonly PlannedOutage[]; readonly split: PlannedSplit | null };

/** What must be counted to guard this rollout now. */
export function guardPlan(rollout: RolloutState, { outages, sampleRatio }: Guards, untilMs: number): GuardPlan {
  const { exposureChangedAtMs } = rollout;
  if (exposureChangedAtMs === null) return { outages: [], split: null };
  const span: GuardSpan = { exposureChangedAtMs, untilMs };
  return {
    outages: plannedOutages(rollout, outages, span),
    split: plannedSplit(rollout, currentStage(rollout), sampleRatio, span),
  };
}

export const guardsOf = ({ outages, split }: GuardPlan): readonly PlannedGuard[] =>
  split === null ? outages : [...outages, split];

/** What the guards have seen after this poll. */
export function nextGuards(
  previous: Guards,
  plan: GuardPlan,
  answers: ReadonlyMap<string, Counted>,
  untilMs: number,
): Guards {
  const until = plan.outages.map((planned) => {
    const before = previous.outages[planned.key] ?? untilMs;
    return [planned.key, countedUntil(before, countedFor(planned, answers), untilMs)] as const;
  });
  const { split } = plan;
  const sampleRatio = split === null ? previous.sampleRatio : nextSplit(split, countedFor(split, answers));
  return { outages: Object.fromEntries(until), sampleRatio };
}

/** null where nothing was asked, or nothing came back. */
function countedFor({ query }: PlannedGuard, answers: ReadonlyMap<string, Counted>): Counted | null {
  if (query === null) return null;
  const none = { kind: 'unavailable' as const, detail: NO_ANSWER, query: query.sli.id };
  return answers.get(countKey(query)) ?? none;
}

/** `guards` are those after this poll. */
export function judgeGuards(
  plan: GuardPlan,
  answers: ReadonlyMap<string, Counted>,
  guards: Guards,
): readonly Verdict[] {
  const outages = plan.outages.map((planned) => judgeOutage(planned, countedFor(planned, answers)));
  const { split } = plan;
  if (split === null || guards.sampleRatio === null) return outages;
  return [...outages, judgeSplit(split, countedFor(split, answers), guards.sampleRatio)];
}

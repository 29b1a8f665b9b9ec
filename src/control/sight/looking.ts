import { begunComparison, type ComparedAt, type Comparisons, nextComparison } from '../../domain/health/comparison.ts';
import { type Counted, countKey, onlyFresh, settledAt } from '../../domain/health/countQuery.ts';
import { historyQuery, historyRange, windowIn } from '../../domain/health/dispersionHistory.ts';
import { type Guards, guardPlan, guardsOf, judgeGuards, nextGuards } from '../../domain/health/guards.ts';
import { judge } from '../../domain/health/judge.ts';
import { measurementPlan, type PlannedComparison, type PlannedCriterion } from '../../domain/health/measurementPlan.ts';
import type { Verdict } from '../../domain/health/verdict.ts';
import type { RolloutState } from '../../domain/rollout/state.ts';
import { targetPlan } from '../../domain/rollout/targetPlan.ts';
import { alphaAfterRollbacks } from '../../domain/statistics/combinedEvidence.ts';
import { type Dispersion, dispersionOf } from '../../domain/statistics/dispersion.ts';
import type { MetricSources } from './metricSources.ts';

export type LookAt = {
  readonly rollout: RolloutState;
  /** As the poll before left them. */
  readonly comparisons: Comparisons;
  readonly guards: Guards;
  readonly nowMs: number;
  /** As the clock has it, also where it went backwards: sources know no other time. */
  readonly clockMs: number;
  readonly pollIntervalMs: number;
};

export type Looked = {
  readonly verdicts: readonly Verdict[];
  /** Of the stage that a rollback would lead to. */
  readonly targetVerdicts: readonly Verdict[];
  readonly comparisons: Comparisons;
  readonly guards: Guards;
};

/** Asks the sources all that the stage's criteria need now, at the same time, and judges what they say. */
export async function look(sources: MetricSources, at: LookAt): Promise<Looked> {
  const { rollout, clockMs, pollIntervalMs } = at;
  const untilMs = settledAt(clockMs);
  const own = measurementPlan(rollout, at.comparisons, { nowMs: at.nowMs, untilMs });
  const target = targetPlan(rollout, { nowMs: at.nowMs, untilMs });
  const guarding = guardPlan(rollout, at.guards, untilMs);
  const windows = [...own.filter((planned) => planned.looksAt === 'window'), ...target];
  const counts = own.filter((planned) => planned.looksAt === 'counts');
  const levels = own.filter((planned) => planned.looksAt === 'points');
  const [measured, points, answered, begun] = await Promise.all([
    sources.measure(
      windows.flatMap(({ subject, past }) => [subject, past]).filter((query) => query !== null),
      clockMs,
    ),
    sources.points(
      levels.flatMap(({ query }) => query ?? []),
      clockMs,
    ),
    sources.count([...counts, ...guardsOf(guarding)].flatMap(({ query }) => query ?? [])),
    dispersions(sources, counts, at),
  ]);
  const counted = new Map(
    [...answered].map(([key, each]) => [key, onlyFresh(each, { nowMs: untilMs, pollIntervalMs })]),
  );
  const comparisons = { ...at.comparisons, ...nextComparisons(at, counts, counted, begun) };
  const guards = nextGuards(at.guards, guarding, counted, untilMs);
  const judged = (planned: readonly PlannedCriterion[]) =>
    judge(planned, { measured, points, counted, comparisons }, { nowMs: clockMs, pollIntervalMs });
  const verdicts = [...judged(own), ...judgeGuards(guarding, counted, guards)];
  return { verdicts, targetVerdicts: judged(target), comparisons, guards };
}

/** Of comparisons that are to begin; one whose past could not be asked for does not begin. */
async function dispersions(
  sources: MetricSources,
  counts: readonly PlannedComparison[],
  { comparisons, clockMs }: LookAt,
): Promise<ReadonlyMap<string, Dispersion>> {
  const toBegin = counts.filter(({ comparison, unasked }) => unasked === 'notBegun' && !(comparison in comparisons));
  // Of those that share a comparison the longest session holds for all.
  const bySession = toBegin.toSorted((one, other) => one.criterion.sessionMinutes - other.criterion.sessionMinutes);
  const distinct = new Map(bySession.map((planned) => [planned.comparison, planned]));
  const found = [...distinct].map(async ([key, { sli, criterion }]) => {
    const query = historyQuery(sli, criterion.threshold ?? null, criterion.sessionMinutes);
    const past = await sources.range(query, historyRange(query, clockMs));
    const windows = (past ?? []).map(({ measurements }) => windowIn(query, measurements.all));
    if (windows.includes('unavailable')) return [];
    const known = windows.map((window) => (window === 'unavailable' ? null : window));
    return [[key, dispersionOf(known, criterion.dispersion ?? null)] as const];
  });
  return new Map((await Promise.all(found)).flat());
}

function nextComparisons(
  { comparisons, rollout, clockMs }: LookAt,
  counts: readonly PlannedComparison[],
  counted: ReadonlyMap<string, Counted>,
  begun: ReadonlyMap<string, Dispersion>,
): Comparisons {
  const at: ComparedAt = {
    untilMs: settledAt(clockMs),
    visit: rollout.visit,
    rollbacks: rollout.rolledBackFrom.length,
  };
  const next = counts.flatMap(({ comparison, criterion, group, query, unasked }) => {
    if (unasked === 'noControl') return [];
    const previous = comparisons[comparison];
    const dispersion = begun.get(comparison);
    if (previous === undefined) {
      return dispersion === undefined ? [] : [[comparison, begunComparison(criterion.margin, dispersion, at)] as const];
    }
    const answer = query === null ? null : (counted.get(countKey(query)) ?? null);
    const alpha = alphaAfterRollbacks(group.alpha, at.rollbacks);
    return [[comparison, nextComparison(previous, answer, at, alpha)] as const];
  });
  return Object.fromEntries(next);
}

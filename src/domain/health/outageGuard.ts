import { currentStage, type RolloutState } from '../rollout/state.ts';
import type { PollCounts } from '../statistics/armCounts.ts';
import { OUTAGE_POLLS, showsOutage } from '../statistics/outage.ts';
import { hasNoControl } from './control.ts';
import type { CountableSli, Counted } from './countQuery.ts';
import { uncountable } from './countSpan.ts';
import { isSequential } from './criterion.ts';
import { type Finding, inconclusive, NOTHING } from './finding.ts';
import { foundWrong, type GuardSpan, guardVerdict, type PlannedGuard, seenIn } from './guard.ts';
import type { Verdict } from './verdict.ts';

type Guarded = { readonly key: string; readonly sli: CountableSli; readonly slowerThan: number | null };

export type PlannedOutage = PlannedGuard & { readonly sli: string };

/** The plain rule for outages stands beside every rollout that has something to see them by. */
export function plannedOutages(
  rollout: RolloutState,
  countedUntilMs: Readonly<Record<string, number>>,
  span: GuardSpan,
): readonly PlannedOutage[] {
  if (hasNoControl(rollout)) return [];
  const distinct = new Map(guardedIn(rollout).map((guarded) => [guarded.key, guarded]));
  return [...distinct.values()].map((guarded) => planned(guarded, countedUntilMs[guarded.key] ?? null, span));
}

/** Requests that fail, of every ratio with a cohort; and those that are slow where the stage rolls back for it. */
function guardedIn(rollout: RolloutState): readonly Guarded[] {
  const { slis } = rollout.contract;
  const failing = slis.flatMap((sli) =>
    sli.kind === 'ratio' && sli.cohort !== undefined ? [{ key: `outage/${sli.id}`, sli, slowerThan: null }] : [],
  );
  const slow = currentStage(rollout).rollbackTrigger.flatMap((trigger) => {
    const sli = slis.find(({ id }) => id === trigger.sli);
    const rollsBack = isSequential(trigger) && trigger.severity === 'rollback' && !trigger.dryRun;
    if (!rollsBack || sli?.kind !== 'quantile' || trigger.threshold === undefined) return [];
    return [{ key: `outage/${sli.id}/${trigger.threshold}`, sli, slowerThan: trigger.threshold }];
  });
  return [...failing, ...slow];
}

function planned({ key, sli, slowerThan }: Guarded, countedUntilMs: number | null, span: GuardSpan): PlannedOutage {
  const plan = { key, sli: sli.id };
  if (countedUntilMs === null) return { ...plan, unasked: 'notBegun', query: null };
  const unasked = uncountable({ ...span, countedUntilMs });
  if (unasked !== null) return { ...plan, unasked, query: null };
  return { ...plan, unasked, query: { sli, slowerThan, fromMs: countedUntilMs, toMs: span.untilMs } };
}

export function judgeOutage(plan: PlannedOutage, counted: Counted | null): Verdict {
  const of = { key: plan.key, sli: plan.sli, severity: 'rollback' as const, consecutive: OUTAGE_POLLS };
  const seen = seenIn(plan, counted);
  return guardVerdict(of, 'lack' in seen ? seen.lack : findingOf(seen.poll));
}

function findingOf(poll: PollCounts): Finding {
  const { treatment, control } = poll;
  // Between two scrapes nothing new is seen: that neither adds nor resets.
  if (treatment.total === 0 || control.total === 0) return inconclusive('noTraffic', 'no traffic in this poll');
  const isOut = showsOutage(poll);
  return {
    ...NOTHING,
    ...foundWrong(isOut),
    value: treatment.bad / treatment.total,
    baseline: control.bad / control.total,
    samples: treatment.total,
    detail: isOut ? 'outage: at least half are bad, and not of the control' : null,
    evidence: { kind: 'outage', poll },
  };
}

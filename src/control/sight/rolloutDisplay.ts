import type { Verdict } from '../../domain/health/verdict.ts';
import type { Entry, EntryOf } from '../../domain/ledger/entry.ts';
import { exposedPercentage } from '../../domain/rollout/foldRollout.ts';
import { currentStage, type RolloutState, stageAt } from '../../domain/rollout/state.ts';
import type { Tick } from '../ports/rolloutRegister.ts';
import type { RolloutTelemetry } from '../ports/telemetry.ts';

/** Shows what a tick saw and what was recorded of it. A dry run exposes nobody and is not shown as if it did. */
export class RolloutDisplay {
  readonly #telemetry: RolloutTelemetry;

  constructor(telemetry: RolloutTelemetry) {
    this.#telemetry = telemetry;
  }

  ticked(rollout: RolloutState, { poll, decision }: Tick): void {
    const away = poll.verdicts.some((verdict) => verdict.reason === 'unavailable');
    this.#telemetry.run(away ? 'prom_unreachable' : 'ok');
    if (rollout.dryRun) return;
    const { feature } = rollout;
    const holding = decision.kind === 'hold' || decision.kind === 'awaitApproval';
    this.#telemetry.hold(feature, holding ? decision.reason : null);
    for (const verdict of poll.verdicts) this.#verdict(rollout, verdict);
  }

  /** `rollout` is as it was before these entries. */
  recorded(rollout: RolloutState, entries: readonly Entry[]): void {
    if (!rollout.dryRun) for (const entry of entries) this.#entry(rollout, entry);
  }

  #verdict(rollout: RolloutState, verdict: Verdict): void {
    const { feature } = rollout;
    // What a guard looked at is one poll, or no indicator at all.
    if (verdict.role === 'guard') return;
    const sli = rollout.contract.slis.find((defined) => defined.id === verdict.sli);
    // A share of slow requests is not what an indicator in seconds shows.
    if (sli?.kind === 'quantile' && verdict.evidence !== null) return;
    const cohort = sli?.cohort === undefined ? 'all' : 'treatment';
    this.#telemetry.sliValue(feature, verdict.sli, cohort, verdict.value);
    if (verdict.baseline !== null) this.#telemetry.sliValue(feature, verdict.sli, 'control', verdict.baseline);
    if (verdict.role === 'trigger') this.#telemetry.sliThreshold(feature, verdict.sli, verdict.limit);
    if (sli?.kind === 'ratio') this.#telemetry.errorRate(feature, cohort, verdict.value);
  }

  #entry(rollout: RolloutState, entry: Entry): void {
    const { feature } = rollout;
    const atMs = Date.parse(entry.at);
    switch (entry.type) {
      case 'started':
      case 'ramped':
        this.#at(feature, currentStage(rollout).stageId, entry.percentageAfter, atMs);
        this.#telemetry.change(feature, 'promote');
        return;
      case 'advanced':
        this.#at(feature, stageAt(rollout, entry.data.stageIndex).stageId, entry.percentageAfter, atMs);
        this.#telemetry.advancement(feature, entry.stage ?? '');
        this.#telemetry.change(feature, 'promote');
        return;
      case 'held':
        this.#telemetry.change(feature, 'hold');
        return;
      case 'paused':
        this.#telemetry.change(feature, 'pause');
        return;
      case 'completed':
        this.#ended(feature, exposedPercentage(rollout));
        this.#telemetry.change(feature, 'complete');
        return;
      case 'rollbackStep':
        this.#telemetry.percent(feature, entry.percentageAfter ?? 0);
        return;
      case 'rolledBack':
        this.#rolledBack(rollout, entry, atMs);
        return;
      default:
        return;
    }
  }

  #rolledBack(rollout: RolloutState, { data, percentageAfter }: EntryOf<'rolledBack'>, atMs: number): void {
    const { feature } = rollout;
    const { fromStage, toStageIndex } = data;
    const back = toStageIndex === null ? null : stageAt(rollout, toStageIndex);
    if (fromStage !== null) this.#telemetry.rollback(feature, fromStage, back?.stageId ?? 'zero');
    this.#telemetry.change(feature, 'rollback');
    if (back === null) this.#ended(feature, percentageAfter ?? 0);
    else this.#at(feature, back.stageId, percentageAfter, atMs);
  }

  #at(feature: string, stage: string, percentage: number | null, startedAtMs: number): void {
    this.#telemetry.stage(feature, { stage, startedAtMs });
    if (percentage !== null) this.#telemetry.percent(feature, percentage);
  }

  #ended(feature: string, percentage: number): void {
    this.#telemetry.stage(feature, null);
    this.#telemetry.hold(feature, null);
    this.#telemetry.percent(feature, percentage);
  }
}

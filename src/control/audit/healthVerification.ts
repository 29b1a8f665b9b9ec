import { judge } from '../../domain/health/judge.ts';
import { SLUICE } from '../../domain/ledger/entry.ts';
import { draft } from '../../domain/rollout/draft.ts';
import { type HealthFound, healthDueAtMs, healthFound, healthPlan } from '../../domain/rollout/healthCheck.ts';
import { type HealthWatch, isWatched } from '../../domain/rollout/healthWatch.ts';
import { ownIncident } from '../../domain/rollout/ownIncident.ts';
import { appendEntries } from '../appendEntries.ts';
import { nowFor } from '../nowFor.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Claim } from '../ports/rolloutRegister.ts';
import type { RolloutTelemetry } from '../ports/telemetry.ts';
import type { DecisionContexts } from '../sight/decisionContext.ts';
import type { MetricSources } from '../sight/metricSources.ts';

export type HealthVerificationDeps = {
  readonly ledger: Ledger;
  readonly sources: MetricSources;
  readonly contexts: DecisionContexts;
  readonly telemetry: RolloutTelemetry;
  readonly clock: Clock;
};

/** Whether a rollback has helped: measured again once the windows lie after it, and recorded once. */
export class HealthVerification {
  readonly #deps: HealthVerificationDeps;

  constructor(deps: HealthVerificationDeps) {
    this.#deps = deps;
  }

  /** Looks where it is time to; when to look again, null where nobody has to. Throws `LedgerUnreachable`. */
  async look(claim: Claim): Promise<number | null> {
    const { healthWatch } = claim.state;
    if (healthWatch === null || !isWatched(claim.state)) return null;
    const dueAtMs = healthDueAtMs(claim.state, healthWatch);
    const clockMs = this.#deps.clock.nowMs();
    const nowMs = nowFor(claim, clockMs);
    if (nowMs < dueAtMs) return dueAtMs;
    const verdicts = await this.#verdicts(claim, healthWatch, nowMs, clockMs);
    const found = this.#overtaken(claim) ?? healthFound(claim.state, healthWatch, verdicts, nowMs);
    if (found === null) return clockMs + this.#deps.contexts.pollIntervalMs(claim.state);
    await this.#record(claim, healthWatch, found, verdicts, nowMs);
    return null;
  }

  async #verdicts({ state }: Claim, watch: HealthWatch, nowMs: number, clockMs: number) {
    const plan = healthPlan(state, watch, { nowMs, untilMs: clockMs });
    const measured = await this.#deps.sources.measure(
      plan.flatMap(({ subject, past }) => [subject, past]).filter((query) => query !== null),
      clockMs,
    );
    const pollIntervalMs = this.#deps.contexts.pollIntervalMs(state);
    const answers = { measured, points: new Map(), counted: new Map(), comparisons: {} };
    return judge(plan, answers, { nowMs: clockMs, pollIntervalMs });
  }

  /** What is measured then is another release's doing. */
  #overtaken({ state, feature }: Claim): HealthFound | null {
    const live = feature.state.exposure.live?.rolloutId ?? state.id;
    return live === state.id ? null : { outcome: 'unknown', detail: `rollout ${live} of this feature is live since` };
  }

  async #record(
    { state, fence }: Claim,
    watch: HealthWatch,
    { outcome, detail }: HealthFound,
    verdicts: Awaited<ReturnType<typeof judge>>,
    atMs: number,
  ): Promise<void> {
    const saying = { atMs, actor: SLUICE, reason: null, comment: null, evidence: null };
    const data = { outcome, detail, sinceMs: watch.sinceMs, verdicts };
    const verified = draft(state, saying, { type: 'healthVerified', data });
    const incident =
      watch.automatic && outcome !== 'unknown'
        ? [draft(state, saying, { type: 'incidentLinked', data: ownIncident(state, watch.visit, outcome) })]
        : [];
    const recorded = await appendEntries('audit', this.#deps, [verified, ...incident], {
      rollout: { id: state.id, version: state.version },
      fence: { rolloutId: state.id, fence },
    });
    if (recorded.kind === 'appended') this.#deps.telemetry.healthVerified(state.feature, outcome);
  }
}

import type { Contract } from '../../domain/contract/contract.ts';
import type { Warning } from '../../domain/contract/violation.ts';
import { historyRange } from '../../domain/health/dispersionHistory.ts';
import { type MeasurementQuery, queryKey } from '../../domain/health/measurement.ts';
import type { Expectation } from '../../domain/power/foreseenPower.ts';
import { type PastTraffic, pastTraffic } from '../../domain/power/pastTraffic.ts';
import { planPower, powerQueries, type StagePower } from '../../domain/power/planPower.ts';
import { powerWarnings } from '../../domain/power/powerWarnings.ts';
import type { Clock } from '../ports/clock.ts';
import type { Timer } from '../ports/timer.ts';
import type { MetricSources } from './metricSources.ts';
import { withinTime } from './withinTime.ts';

export type PlanForesight = { readonly power: readonly StagePower[]; readonly warnings: readonly Warning[] };
export type ForesightDeps = { readonly sources: MetricSources; readonly clock: Clock; readonly timer: Timer };

/** People wait for it, and it is told beside what they asked for. */
const PATIENCE_MS = 3_000;

/** What the stages of a plan will be able to notice, by the past of its SLIs. */
export class Foresight {
  readonly #deps: ForesightDeps;

  constructor(deps: ForesightDeps) {
    this.#deps = deps;
  }

  /** Never fails for anything that a source does: what did not answer in time is unknown. */
  async of(contract: Contract, expected: Expectation): Promise<PlanForesight> {
    const nowMs = this.#deps.clock.nowMs();
    const found = powerQueries(contract).map(
      async (query) => [queryKey(query), await this.#past(query, nowMs)] as const,
    );
    const power = planPower(contract, new Map(await Promise.all(found)), expected);
    return { power, warnings: powerWarnings(contract, power) };
  }

  async #past(query: MeasurementQuery, nowMs: number): Promise<PastTraffic> {
    const { sources, timer } = this.#deps;
    const asked = await withinTime(timer, PATIENCE_MS, async (signal) => ({
      steps: await sources.range(query, historyRange(query, nowMs), signal),
    }));
    if (asked === null) {
      const detail = `source ${query.sli.source} did not answer within ${PATIENCE_MS / 1000} s`;
      return { kind: 'unknown', reason: 'unavailable', detail };
    }
    return pastTraffic(query, asked.steps?.map(({ measurements }) => measurements.all) ?? null);
  }
}

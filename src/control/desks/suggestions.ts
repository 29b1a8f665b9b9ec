import { violation } from '../../domain/contract/violation.ts';
import type { MeasurementQuery } from '../../domain/health/measurement.ts';
import { hoursToMs } from '../../domain/hours.ts';
import { isSeenBy, type LookBack, lookBack } from '../../domain/suggestion/lookBack.ts';
import { countsToTry, measuredSeconds, type SuggestionRequest } from '../../domain/suggestion/request.ts';
import {
  type Candidate,
  candidatesOf,
  chosenOf,
  type RecordedWindow,
  type SuggestionWish,
} from '../../domain/suggestion/suggestThreshold.ts';
import type { SuggestionDesk, ThresholdSuggestion } from '../application.ts';
import type { Clock } from '../ports/clock.ts';
import { PastUnreadable } from '../ports/metricSource.ts';
import type { Timer } from '../ports/timer.ts';
import { Refusal } from '../refusal.ts';
import type { MetricSources } from '../sight/metricSources.ts';
import { recordedLooks } from '../sight/recordedLooks.ts';
import { withinTime } from '../sight/withinTime.ts';

export type SuggestionsDeps = {
  readonly sources: MetricSources;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly pollIntervalMs: number;
};

/** A week at every 15 s is forty questions a window. */
const PATIENCE_MS = 30_000;

/** Thresholds from the past of an SLI. Asks the source, and changes nothing. */
export class Suggestions implements SuggestionDesk {
  readonly #deps: SuggestionsDeps;

  constructor(deps: SuggestionsDeps) {
    this.#deps = deps;
  }

  async threshold(request: SuggestionRequest): Promise<ThresholdSuggestion> {
    const { source } = request.sli;
    if (this.#deps.sources.get(source) === undefined) throw unknownSource(source);
    const toMs = this.#deps.clock.nowMs();
    const pollIntervalSeconds = this.#deps.pollIntervalMs / 1000;
    const back = lookBack(toMs, request.lookBackHours, pollIntervalSeconds);
    const seen = windowsOf(request).filter((window) =>
      isSeenBy(window.measuredSeconds, back.stepSeconds, pollIntervalSeconds),
    );
    const wish = wishOf(request);
    const candidates = await withinTime(this.#deps.timer, PATIENCE_MS, (signal) =>
      this.#candidates({ request, wish, back, signal }, seen),
    ).catch(refused);
    if (candidates === null) {
      throw new Refusal('HISTORY_UNAVAILABLE', `source ${source} did not answer all within ${PATIENCE_MS / 1000} s`);
    }
    if (candidates.every(({ usual }) => usual === null)) throw nothingKnown(request);
    const { stepSeconds: everySeconds } = back;
    const fromMs = toMs - hoursToMs(request.lookBackHours);
    return { candidates, chosen: chosenOf(candidates, wish, everySeconds), fromMs, toMs, everySeconds };
  }

  /** One window after the other, so that this process has time for others in between. */
  async #candidates(
    { request, wish, back, signal }: Asking,
    windows: readonly Omit<RecordedWindow, 'looks'>[],
  ): Promise<readonly Candidate[]> {
    const candidates: Candidate[] = [];
    for (const window of windows) {
      const query: MeasurementQuery = {
        ...{ sli: request.sli, windowSeconds: window.measuredSeconds },
        ...{ offsetSeconds: 0, arms: 'all' },
      };
      const looks = await recordedLooks(this.#deps.sources, query, back, signal);
      candidates.push(...candidatesOf({ ...window, looks }, wish));
    }
    return candidates;
  }
}

type Asking = {
  readonly request: SuggestionRequest;
  readonly wish: SuggestionWish;
  readonly back: LookBack;
  readonly signal: AbortSignal;
};

function wishOf(request: SuggestionRequest): SuggestionWish {
  const { falseAlarms, mustSee = null, sli } = request;
  const alarmsPerHour = falseAlarms.most / falseAlarms.perHours;
  return { direction: sli.direction, consecutive: countsToTry(request), alarmsPerHour, mustSee };
}

const windowsOf = (request: SuggestionRequest) =>
  [...new Set(request.windowSeconds)].map((windowSeconds) => ({
    windowSeconds,
    measuredSeconds: measuredSeconds(request, windowSeconds),
  }));

function refused(error: unknown): never {
  throw error instanceof PastUnreadable ? new Refusal('HISTORY_UNAVAILABLE', error.message) : error;
}

function unknownSource(source: string): Refusal {
  const broken = violation('SOURCE_UNKNOWN', ['sli', 'source'], source, 'a source of GET /v1/sources', 'is not known');
  return new Refusal('SCHEMA', `no metric source is named ${source}`, { violations: [broken] });
}

function nothingKnown({ sli, lookBackHours }: SuggestionRequest): Refusal {
  return new Refusal(
    'HISTORY_UNAVAILABLE',
    `source ${sli.source} has nothing of ${sli.id} in the past ${lookBackHours} h over windows this long; ` +
      'check the selector, or ask for longer windows',
  );
}

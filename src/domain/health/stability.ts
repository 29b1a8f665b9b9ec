import type { Measurement } from './measurement.ts';
import type { Sli } from './sli.ts';

/** How healthy a service must have been, and for how long, before anything new is tried on its users. */
export type StabilityLimits = {
  readonly windowHours: number;
  readonly maxErrorRate: number;
  readonly maxP95Seconds: number;
};
export type Stability = {
  /** `short`: too much of the window is without data or traffic. */
  readonly verdict: 'steady' | 'unhealthy' | 'short' | 'unavailable';
  readonly detail: string;
};

const STEP_SECONDS = 360;
const MOST_STEPS = 480;
/** Fewer would let one gap be more than a tenth of the window. */
const LEAST_STEPS = 10;
/** Gaps of a restart or a quiet hour are no reason to refuse; a past that is not there is. */
const LEAST_COVERED = 0.9;
/** One spike of six minutes in two days is no unhealthy service; a slow hour is. */
const LEAST_FAST = 0.99;

/** Windows that follow one another without gap or overlap, each as long as the step, the last one ending at `nowMs`. */
export function stabilitySteps(windowHours: number, nowMs: number) {
  const windowSeconds = windowHours * 3600;
  const wanted = Math.min(MOST_STEPS, Math.max(LEAST_STEPS, windowSeconds / STEP_SECONDS));
  const stepSeconds = Math.max(1, Math.ceil(windowSeconds / wanted));
  const steps = Math.max(1, Math.floor(windowSeconds / stepSeconds));
  return { stepSeconds, fromMs: nowMs - (steps - 1) * stepSeconds * 1000, toMs: nowMs };
}

/** How many seconds one of the unit is, where it is one of time. */
const SECONDS_IN: Readonly<Record<string, number>> = {
  seconds: 1,
  s: 1,
  milliseconds: 0.001,
  ms: 0.001,
};

/** Seconds in one of the SLI's unit, where it is a 95th percentile of time: said, or by the name as Prometheus has it. */
function secondsPerUnit(sli: Sli): number | null {
  if (sli.kind !== 'quantile' || sli.quantile !== 0.95 || sli.direction !== 'lower') return null;
  if (sli.unit !== undefined) return SECONDS_IN[sli.unit] ?? null;
  return /_seconds(\{|$)/.test(sli.histogram) ? 1 : null;
}

const isErrorRate = (sli: Sli) => sli.kind === 'ratio' && sli.direction === 'lower';

/** Speaks of errors or of latency, and of a past that there should be. */
export function speaksOfStability(sli: Sli): boolean {
  return !sli.declaredNew && (isErrorRate(sli) || secondsPerUnit(sli) !== null);
}

type Observed = Extract<Measurement, { kind: 'observed' }>;

/** Judges what all traffic showed at each step. `found` has a place for every step, also where there was nothing. */
export function judgeStability(
  sli: Sli,
  found: readonly (Measurement | undefined)[],
  limits: StabilityLimits,
): Stability {
  const refused = found.find((measurement) => measurement?.kind === 'unavailable');
  if (refused?.kind === 'unavailable') {
    return { verdict: 'unavailable', detail: `the past could not be asked for: ${refused.detail}` };
  }
  const observed = found.filter((measurement): measurement is Observed => measurement?.kind === 'observed');
  const coveredHours = rounded((limits.windowHours * observed.length) / Math.max(1, found.length));
  const covered = `${coveredHours} h of ${rounded(limits.windowHours)} h`;
  if (observed.length < LEAST_COVERED * found.length || observed.length === 0) {
    return { verdict: 'short', detail: `has data and traffic for ${covered}` };
  }
  const perUnit = secondsPerUnit(sli);
  const judged = perUnit === null ? judgeErrors(observed, limits) : judgeLatency(observed, perUnit, limits);
  return { ...judged, detail: `${judged.detail} over ${covered}` };
}

/** All errors of the window among all requests of it: a bad quiet hour weighs as little as it was quiet. */
function judgeErrors(observed: readonly Observed[], { maxErrorRate }: StabilityLimits): Stability {
  const samples = observed.reduce((sum, step) => sum + step.samples, 0);
  const errors = observed.reduce((sum, step) => sum + step.value * step.samples, 0);
  const rate = samples === 0 ? 0 : errors / samples;
  return {
    verdict: rate < maxErrorRate ? 'steady' : 'unhealthy',
    detail: `is ${rounded(rate)}, wanted below ${maxErrorRate},`,
  };
}

function judgeLatency(observed: readonly Observed[], perUnit: number, { maxP95Seconds }: StabilityLimits): Stability {
  const fast = observed.filter(({ value }) => value * perUnit < maxP95Seconds).length;
  const detail = `is below ${maxP95Seconds} s in ${fast} of ${observed.length} steps, wanted in 99 %,`;
  return { verdict: fast >= LEAST_FAST * observed.length ? 'steady' : 'unhealthy', detail };
}

const rounded = (value: number) => Number(value.toPrecision(4));

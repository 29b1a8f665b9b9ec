import type { TimeRange } from '../../control/ports/metricSource.ts';
import type { RangeSeries, VectorSample } from './apiAnswer.ts';
import type { ApiAnswer } from './client.ts';
import type { VectorAnswer } from './plan.ts';

/** The instants of a range, as Prometheus steps through them. */
export function stepsOf({ fromMs, toMs, stepSeconds }: TimeRange): readonly number[] {
  const stepMs = stepSeconds * 1000;
  const count = Math.max(0, Math.floor((toMs - fromMs) / stepMs) + 1);
  return Array.from({ length: count }, (_, step) => Math.round(fromMs + step * stepMs));
}

/** A range's answer as what the same query would have answered at each instant. */
export function atInstant(answer: ApiAnswer<readonly RangeSeries[]>): (atMs: number) => VectorAnswer {
  if (!answer.ok) return () => answer;
  const { data: series, ...rest } = answer;
  return (atMs) => ({ ...rest, data: series.flatMap((one) => sampleAt(one, atMs)) });
}

/** None where the series has no point at that very instant. */
function sampleAt({ labels, atMs: times, values }: RangeSeries, atMs: number): readonly VectorSample[] {
  const index = placeOf(times, atMs);
  const value = values[index];
  return times[index] === atMs && value !== undefined ? [{ labels, value }] : [];
}

/** The first that is not before it, by halving. */
function placeOf(times: Float64Array, atMs: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

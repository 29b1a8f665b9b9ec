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
  const byTime = new Map<number, VectorSample[]>();
  for (const { labels, points } of answer.data) {
    for (const { atMs, value } of points) {
      const samples = byTime.get(atMs);
      if (samples === undefined) byTime.set(atMs, [{ labels, value }]);
      else samples.push({ labels, value });
    }
  }
  return (atMs) => ({ ...answer, data: byTime.get(atMs) ?? [] });
}

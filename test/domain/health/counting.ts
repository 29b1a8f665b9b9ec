import {
  begunComparison,
  type ComparedAt,
  type Comparison,
  nextComparison,
} from '../../../src/domain/health/comparison.ts';
import type { CountableSli, Counted } from '../../../src/domain/health/countQuery.ts';
import { sliSchema } from '../../../src/domain/health/sli.ts';
import type { PollCounts } from '../../../src/domain/statistics/armCounts.ts';

export const T0 = Date.UTC(2026, 10, 20, 12);
export const POLL_MS = 15_000;
export const ALPHA = 0.05;

function countable(input: object): CountableSli {
  const sli = sliSchema.parse({ source: 'prometheus', direction: 'lower', cohort: {}, ...input });
  if (sli.kind !== 'ratio' && sli.kind !== 'quantile') throw new Error(`a ${sli.kind} is not counted`);
  return sli;
}
export const ratioSli = (more: object = {}) =>
  countable({ id: 'error_rate', kind: 'ratio', numerator: 'errors_total', denominator: 'requests_total', ...more });
export const quantileSli = (more: object = {}) =>
  countable({ id: 'latency', kind: 'quantile', histogram: 'duration_seconds', quantile: 0.95, ...more });

/** Requests and bad ones of treatment, then of control. */
export const pollOf = (total: number, bad: number, controlTotal = total, controlBad = 0): PollCounts => ({
  treatment: { total, bad },
  control: { total: controlTotal, bad: controlBad },
});
export const counted = (poll: PollCounts, more: Partial<Extract<Counted, { kind: 'counted' }>> = {}): Counted => ({
  ...{ kind: 'counted', poll, edge: null, newestSampleAtMs: null, query: 'q' },
  ...more,
});
export const lacking = (kind: Exclude<Counted['kind'], 'counted'>): Counted => ({
  kind,
  detail: 'why',
  query: 'q',
});

export const begun = (more: Partial<ComparedAt> = {}, margin = 1) =>
  begunComparison(
    margin,
    { phi: 1, pairsWithEvents: 20, source: 'measured' },
    { untilMs: T0, visit: 1, rollbacks: 0, ...more },
  );

/** One poll after the other, a poll's time apart. */
export function polled(start: Comparison, answers: readonly (Counted | null)[], more: Partial<ComparedAt> = {}) {
  const { visit, rollbacks, countedUntilMs: fromMs } = start;
  return answers.reduce<Comparison>((comparison, answer, index) => {
    const at = { untilMs: fromMs + (index + 1) * POLL_MS, visit, rollbacks, ...more };
    return nextComparison(comparison, answer, at, ALPHA);
  }, start);
}

export const times = <One>(count: number, one: One): readonly One[] => Array.from({ length: count }, () => one);

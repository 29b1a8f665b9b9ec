import type { Counted } from './countQuery.ts';

/** Where counting stands, by the sources' clock. */
export type CountSpan = {
  readonly countedUntilMs: number;
  readonly exposureChangedAtMs: number;
  /** Up to here this poll counts. */
  readonly untilMs: number;
};

/** Why what has happened since can't be counted; null where it can. Counts that straddle a change of exposure are of two splits. */
export function uncountable(span: CountSpan): 'clockWentBack' | 'exposureChanged' | null {
  if (span.countedUntilMs >= span.untilMs) return 'clockWentBack';
  // What is met at that very moment is met as it was before.
  return span.countedUntilMs <= span.exposureChangedAtMs ? 'exposureChanged' : null;
}

/**
 * From where is counted next time. What could not be counted is counted with the next poll that can, so nothing is lost; what never
 * will be known is left out.
 *
 * @param counted null where nothing was asked
 */
export function countedUntil(before: number, counted: Counted | null, untilMs: number): number {
  if (counted === null) return Math.max(before, untilMs);
  if (counted.kind !== 'counted' && counted.kind !== 'unanchored') return before;
  return Math.max(before, Math.min(untilMs, counted.knownUntilMs ?? untilMs));
}

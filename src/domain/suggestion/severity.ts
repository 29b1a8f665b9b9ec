import type { Sli } from '../health/sli.ts';

/** More is worse, whatever the indicator: what is better when higher is counted below zero. */
export function severityOf(direction: Sli['direction'], value: number): number {
  return direction === 'lower' ? value : -value;
}

/** Back to what a contract says. */
export function thresholdOfSeverity(direction: Sli['direction'], severity: number): number {
  // The same turn once more.
  return severityOf(direction, severity);
}

/**
 * The severity that a condition has to exceed, at each look: with a count of `consecutive`, the mildest of the last so many known
 * ones. A look without data neither adds nor resets.
 */
export function sustained(severities: ReadonlyArray<number | null>, consecutive: number): ReadonlyArray<number | null> {
  const last: number[] = [];
  return severities.map((severity) => {
    if (severity === null) return null;
    last.push(severity);
    if (last.length > consecutive) last.shift();
    return last.length < consecutive ? null : Math.min(...last);
  });
}

/** No milder, and with four digits. */
export function roundedUp(severity: number): number {
  if (severity === 0) return 0;
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(severity))) - 3);
  // By digits: 17 * 0.001 is 0.017000000000000001.
  const rounded = Number((Math.ceil(severity / unit - 1e-9) * unit).toPrecision(4));
  // At the ends of what a number can be there is no room to round.
  return Number.isFinite(rounded) ? rounded : severity;
}

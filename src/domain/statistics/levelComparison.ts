import { type MannWhitney, mannWhitney, median } from './mannWhitney.ts';

export type LevelLimits = {
  /** α of the two-sided test. */
  readonly alpha: number;
  /** How far the treatment may lie from the control, as a share of the control's median: .1 is a tenth. */
  readonly toleranceShare: number;
};

export type LevelComparison =
  | ({ readonly outcome: 'higher' | 'lower' | 'alike'; readonly controlMedian: number } & MannWhitney)
  | { readonly outcome: 'tooFew'; readonly treatment: number; readonly control: number };

/** With fewer no difference, however large, is far from chance. */
export const LEAST_PER_ARM = 8;

/**
 * Whether a measured level (a gauge, a queue) lies higher or lower in the treatment: by Mann and Whitney's test, and by more
 * than the tolerance. Values that are not finite are no data.
 */
export function compareLevels(
  treatment: readonly number[],
  control: readonly number[],
  { alpha, toleranceShare }: LevelLimits,
): LevelComparison {
  const [seen, besides] = [treatment.filter(Number.isFinite), control.filter(Number.isFinite)];
  if (seen.length < LEAST_PER_ARM || besides.length < LEAST_PER_ARM) {
    return { outcome: 'tooFew', treatment: seen.length, control: besides.length };
  }
  const found = mannWhitney(seen, besides);
  const controlMedian = median(besides);
  const differs = found.pValue <= alpha && Math.abs(found.shift) > toleranceShare * Math.abs(controlMedian);
  const direction = found.shift > 0 ? 'higher' : 'lower';
  return { outcome: differs ? direction : 'alike', controlMedian, ...found };
}

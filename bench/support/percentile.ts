/** The nearest-rank percentile: of 100 values the 99th is the last but one. @throws Error of nothing */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (value === undefined) throw new Error('there is no percentile of nothing');
  return value;
}

export const median = (values: readonly number[]) => percentile(values, 0.5);

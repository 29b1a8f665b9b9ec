/** Values that are equal: how many, and the mean of their ranks, twice, so that it is whole. */
export type TieGroup = { readonly size: number; readonly doubledRank: number };

/** Two samples ranked together. */
export type RankedSamples = {
  readonly treatmentSize: number;
  readonly controlSize: number;
  readonly groups: readonly TieGroup[];
  /** Of the treatment, twice, so that it is whole. */
  readonly doubledRankSum: number;
};

export function rankTogether(treatment: readonly number[], control: readonly number[]): RankedSamples {
  const sizes = new Map<number, number>();
  for (const value of [...treatment, ...control].sort((a, b) => a - b)) sizes.set(value, (sizes.get(value) ?? 0) + 1);
  const doubledRanks = new Map<number, number>();
  const groups: TieGroup[] = [];
  let before = 0;
  for (const [value, size] of sizes) {
    const doubledRank = 2 * before + size + 1;
    groups.push({ size, doubledRank });
    doubledRanks.set(value, doubledRank);
    before += size;
  }
  const doubledRankSum = treatment.reduce((sum, value) => sum + (doubledRanks.get(value) ?? 0), 0);
  return { treatmentSize: treatment.length, controlSize: control.length, groups, doubledRankSum };
}

/** U of the treatment: pairs in which its value is the larger, ties counting half. */
export function uStatistic({ treatmentSize, doubledRankSum }: RankedSamples): number {
  return (doubledRankSum - treatmentSize * (treatmentSize + 1)) / 2;
}

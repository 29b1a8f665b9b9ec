/** Chances of 0 … n bad ones of n. */
export function binomial(n: number, p: number): readonly number[] {
  let ways = 1;
  return Array.from({ length: n + 1 }, (_, bad) => {
    const chance = ways * p ** bad * (1 - p) ** (n - bad);
    ways = (ways * (n - bad)) / (bad + 1);
    return chance;
  });
}

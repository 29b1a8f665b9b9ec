/** A measured value with the 95 % interval about it. */
export type Estimate = { readonly value: number; readonly low: number; readonly high: number };

const Z = 1.959964;

/** A share, with Wilson's interval: it holds also of none and of all. `of` is above 0. */
export function shareOf(count: number, of: number): Estimate {
  const value = count / of;
  const spread = Z * Math.sqrt((value * (1 - value)) / of + Z ** 2 / (4 * of ** 2));
  const [middle, scale] = [value + Z ** 2 / (2 * of), 1 + Z ** 2 / of];
  return { value, low: Math.max(0, (middle - spread) / scale), high: Math.min(1, (middle + spread) / scale) };
}

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);
/** From here on the first term left out of the series is below 1e-16. */
const STIRLING_FROM = 15;

/**
 * ln Γ(x) for x > 0: Stirling's series (Abramowitz and Stegun 6.1.41), reached by Γ(x + 1) = x Γ(x) from below 15.
 * Its error is at most 1e-14 or a few units of the result's last place, whichever is more.
 */
export function logGamma(x: number): number {
  let shift = 1;
  let z = x;
  for (; z < STIRLING_FROM; z += 1) shift *= z;
  const y = 1 / (z * z);
  const series = (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y * (1 / 1680 - y * (1 / 1188 - y * (691 / 360_360)))))) / z;
  return (z - 0.5) * Math.log(z) - z + HALF_LOG_TWO_PI + series - Math.log(shift);
}

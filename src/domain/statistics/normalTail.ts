const SERIES_BELOW = 2;
const ENOUGH_TERMS = 200;

/**
 * P(Z ≥ z) of the standard normal for z ≥ 0, to a relative 1e-13: the series of erf near 0 (Abramowitz and Stegun 7.1.6),
 * Laplace's continued fraction beyond (7.1.14).
 */
export function normalTail(z: number): number {
  const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
  return z < SERIES_BELOW ? 0.5 - density * centralSeries(z) : density * tailFraction(z);
}

function centralSeries(z: number): number {
  let sum = z;
  let term = z;
  for (let k = 3; term > sum * Number.EPSILON; k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return sum;
}

function tailFraction(z: number): number {
  let fraction = z;
  for (let k = ENOUGH_TERMS; k > 0; k -= 1) fraction = z + k / fraction;
  return 1 / fraction;
}

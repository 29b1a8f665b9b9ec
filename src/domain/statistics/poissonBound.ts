const DOUBT = 0.05;
const HALVINGS = 100;

/** P(N ≤ count) of a Poisson number with this mean. */
function poissonAtMost(mean: number, count: number): number {
  let term = Math.exp(-mean);
  let sum = term;
  for (let event = 1; event <= count; event += 1) {
    term *= mean / event;
    sum += term;
  }
  return Math.min(1, sum);
}

/** P(N ≥ count): how surprising it is to see so many. */
export function poissonAtLeast(mean: number, count: number): number {
  return count === 0 ? 1 : 1 - poissonAtMost(mean, count - 1);
}

/**
 * The largest mean that is compatible, at 95 % confidence, with having seen no more than `count` events: the mean at which so few
 * have a probability of 5 %. Garwood 1936, "Fiducial limits for the Poisson distribution"; of no event it is 3.0, the rule of three.
 *
 * @param count at most some hundreds
 */
export function mostMeanBehind(count: number): number {
  let [low, high] = [count, count + 10 * Math.sqrt(count + 1) + 10];
  for (let step = 0; step < HALVINGS; step += 1) {
    const middle = (low + high) / 2;
    if (poissonAtMost(middle, count) > DOUBT) low = middle;
    else high = middle;
  }
  return high;
}

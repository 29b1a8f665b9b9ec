import type { Severities } from '../../../src/domain/suggestion/alarmEpisodes.ts';

const REQUESTS_PER_LOOK = 100;
const BURST_CHANCE = 1 / 400;

/**
 * A service, a look a minute: one bad request in a hundred, and now and then a burst of a user who retries.
 *
 * @param traffic how many times as many requests and users
 */
export function errorShares(looks: number, windowLooks: number, chance: () => number, traffic = 1): Severities {
  const bad: number[] = [];
  for (let look = 0; look < looks; look += 1) bad.push(poisson(traffic, chance) + burst(traffic, chance));
  let inWindow = 0;
  return bad.map((count, look) => {
    inWindow += count - (look >= windowLooks ? (bad[look - windowLooks] ?? 0) : 0);
    return look + 1 < windowLooks ? null : inWindow / (windowLooks * traffic * REQUESTS_PER_LOOK);
  });
}

const burst = (traffic: number, chance: () => number) =>
  chance() < traffic * BURST_CHANCE ? Math.floor(Math.log(1 - chance()) / Math.log(0.95)) : 0;

function poisson(mean: number, chance: () => number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = chance(); product > limit; product *= chance()) count += 1;
  return count;
}

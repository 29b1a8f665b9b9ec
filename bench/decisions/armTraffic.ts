import { binomial } from '../../src/domain/simulation/binomial.ts';
import type { Random } from '../../src/domain/simulation/random.ts';
import type { ArmCounts } from '../../src/domain/statistics/armCounts.ts';
import { type ClusterSize, clusterSizes, MEAN_CLUSTER_SIZE } from './clusterSize.ts';
import { poisson } from './draws.ts';

/** How requests come. */
export type Arrivals =
  /** So many in each poll, each of a user of its own. */
  | { readonly kind: 'counted' }
  /** As many as chance brings, each of a user of its own. */
  | { readonly kind: 'single' }
  /**
   * In bursts of users. Whoever is hit fails with every request, so that the bad ones come in bursts as well: the worst case.
   * A session lasts so many polls from the user's arrival. The bad requests fall into them at random; of the good ones, whose exact
   * place says nothing, each poll gets the same part.
   */
  | { readonly kind: 'clustered'; readonly size: ClusterSize; readonly sessionPolls: number };

/** One arm, poll after poll. */
export type ArmTraffic = (requests: number, badRate: number) => ArmCounts;

export function armTraffic(arrivals: Arrivals, random: Random): ArmTraffic {
  switch (arrivals.kind) {
    case 'counted':
      return (requests, badRate) => ({ total: requests, bad: binomial(requests, badRate, random) });
    case 'single':
      return (requests, badRate) => {
        const total = poisson(requests, random);
        return { total, bad: binomial(total, badRate, random) };
      };
    case 'clustered':
      return clusteredTraffic(arrivals.size, arrivals.sessionPolls, random);
  }
}

function clusteredTraffic(size: ClusterSize, sessionPolls: number, random: Random): ArmTraffic {
  const good = spread(sessionPolls);
  const bad = scatter(sessionPolls, random);
  const sizeOfNext = clusterSizes(size, random);
  const requestsOf = (users: number) => {
    let requests = 0;
    for (let user = 0; user < users; user += 1) requests += sizeOfNext();
    return requests;
  };
  return (requests, badRate) => {
    const users = poisson(requests / MEAN_CLUSTER_SIZE[size], random);
    const hit = binomial(users, badRate, random);
    const badCount = bad(requestsOf(hit));
    return { total: badCount + good(requestsOf(users - hit)), bad: badCount };
  };
}

/** Gives equal parts of what begins in a poll to it and the next ones, and tells what is in it. */
function spread(polls: number): (begun: number) => number {
  const begunIn = new Float64Array(polls);
  let now = 0;
  let sum = 0;
  return (begun) => {
    sum += begun - (begunIn[now] ?? 0);
    begunIn[now] = begun;
    now = (now + 1) % polls;
    return sum / polls;
  };
}

/** Throws what begins in a poll into it and the next ones, and tells what falls into it. */
function scatter(polls: number, random: Random): (begun: number) => number {
  // A ring: each of its places is one of the polls from this one on.
  const coming = new Float64Array(polls);
  let now = 0;
  return (begun) => {
    for (let request = 0; request < begun; request += 1) {
      const place = Math.floor(random() * polls);
      coming[place] = (coming[place] ?? 0) + 1;
    }
    const falls = coming[now] ?? 0;
    coming[now] = 0;
    now = (now + 1) % polls;
    return falls;
  };
}

import type { Random } from '../../src/domain/simulation/random.ts';
import { normalTail } from '../../src/domain/statistics/normalTail.ts';

export type ClusterSize = 'geometric' | 'logNormal' | 'constant';

/** Requests of a user. */
export const MEAN_CLUSTER_SIZE: Readonly<Record<ClusterSize, number>> = { geometric: 5, logNormal: 5, constant: 20 };

const LOG_SIGMA = 1.2;
/** ln of the mean is μ + σ²/2. */
const LOG_MU = Math.log(MEAN_CLUSTER_SIZE.logNormal) - LOG_SIGMA ** 2 / 2;

/** P(size > k), k ≥ 0. */
const CHANCE_OF_MORE: Readonly<Record<ClusterSize, (k: number) => number>> = {
  geometric: (k) => (1 - 1 / MEAN_CLUSTER_SIZE.geometric) ** k,
  // Rounded to whole requests. A user without one is none, so less than half a request is one too: the mean becomes 5.1.
  logNormal: (k) => (k === 0 ? 1 : upperNormal((Math.log(k + 0.5) - LOG_MU) / LOG_SIGMA)),
  constant: (k) => (k < MEAN_CLUSTER_SIZE.constant ? 1 : 0),
};

/** Less than one draw can tell. */
const NEGLIGIBLE = 2 ** -33;
const GUIDES = 1024;

/** By inversion, along the table of P(size > k) from a place near the wanted one. */
export function clusterSizes(size: ClusterSize, random: Random): () => number {
  const { chances, guide } = TABLES[size];
  return () => {
    const left = random();
    let k = guide[Math.floor(left * GUIDES)] ?? 0;
    while ((chances[k] ?? 0) >= left) k += 1;
    return k;
  };
}

type Table = {
  /** P(size > k), by k. */
  readonly chances: Float64Array;
  /** By the first bits of a draw: a k that is not above the size. */
  readonly guide: Int32Array;
};

const TABLES: Readonly<Record<ClusterSize, Table>> = {
  geometric: tableOf('geometric'),
  logNormal: tableOf('logNormal'),
  constant: tableOf('constant'),
};

function tableOf(size: ClusterSize): Table {
  const chances: number[] = [];
  while ((chances.at(-1) ?? 1) > NEGLIGIBLE) chances.push(CHANCE_OF_MORE[size](chances.length));
  const guide = Int32Array.from({ length: GUIDES }, (_, part) =>
    chances.findIndex((chance) => chance < (part + 1) / GUIDES),
  );
  return { chances: Float64Array.from(chances), guide };
}

function upperNormal(z: number): number {
  return z < 0 ? 1 - normalTail(-z) : normalTail(z);
}

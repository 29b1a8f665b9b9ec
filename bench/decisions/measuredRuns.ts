import { randomOf } from '../../src/domain/simulation/random.ts';
import { dispersionOf } from '../../src/domain/statistics/dispersion.ts';
import type { Cell } from './cell.ts';
import type { Judge } from './judge.ts';
import { METHOD_KEYS, METHODS, type MethodKey } from './methods.ts';
import { historyOf, releaseOf } from './service.ts';
import { evidenceOf } from './sluice.ts';

/** By method: after how many polls each run was rolled back, counted from 1; 0 where it never was. And φ of each run. */
export type MeasuredRuns = {
  readonly stops: Readonly<Record<MethodKey, Int32Array>>;
  readonly phis: Float64Array;
};

/** The runs `from` up to `to`, each by its own seed. */
export function measureRuns(cell: Cell, seed: string, from: number, to: number): MeasuredRuns {
  const stops = byMethod(() => new Int32Array(to - from));
  const phis = new Float64Array(to - from);
  for (let run = from; run < to; run += 1) {
    phis[run - from] = measureRun(cell, `${seed}/${cell.key}/${run}`, (method, poll) => {
      stops[method][run - from] = poll;
    });
  }
  return { stops, phis };
}

/** @returns φ */
function measureRun(cell: Cell, seed: string, rolledBack: (method: MethodKey, poll: number) => void): number {
  const { phi } = dispersionOf(historyOf(cell, randomOf(`${seed}/history`)), null);
  const release = releaseOf(cell, randomOf(seed));
  const healthy = releaseOf({ ...cell, fault: null }, randomOf(`${seed}/healthy`));
  const evidence = evidenceOf(1);
  const methods = METHOD_KEYS.filter((method) => method !== 'sluiceOfTwo' || cell.secondCriterion);
  const watching = new Map<MethodKey, Judge>(
    methods.map((method) => [method, METHODS[method].begin({ cell, phi, evidence, healthy })]),
  );
  for (let poll = 1; poll <= cell.polls && watching.size > 0; poll += 1) {
    const counts = release();
    for (const [method, rollsBack] of watching) {
      if (!rollsBack(counts)) continue;
      rolledBack(method, poll);
      watching.delete(method);
    }
  }
  return phi;
}

export function byMethod<T>(of: (method: MethodKey) => T): Readonly<Record<MethodKey, T>> {
  return Object.fromEntries(METHOD_KEYS.map((method) => [method, of(method)])) as Record<MethodKey, T>;
}

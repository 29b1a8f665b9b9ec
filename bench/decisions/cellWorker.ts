import { parentPort } from 'node:worker_threads';
import type { Cell } from './cell.ts';
import { measureRuns } from './measuredRuns.ts';

/** Some of a cell's runs, for a worker to measure. */
export type Job = { readonly cell: Cell; readonly seed: string; readonly from: number; readonly to: number };

parentPort?.on('message', ({ cell, seed, from, to }: Job) => {
  parentPort?.postMessage(measureRuns(cell, seed, from, to));
});

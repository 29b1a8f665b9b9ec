import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Cell } from './cell.ts';
import type { Job } from './cellWorker.ts';
import { byMethod, type MeasuredRuns } from './measuredRuns.ts';

const WORKERS = 2;
const RUNS_OF_A_JOB = 200;

/** Measures so many runs of each cell, on two workers. What comes out does not depend on which of them did what. */
export async function measureCells(
  cells: readonly Cell[],
  { seed, runs, signal }: { readonly seed: string; readonly runs: number; readonly signal: AbortSignal },
  measured: (cell: Cell) => void,
): Promise<ReadonlyMap<string, MeasuredRuns>> {
  const results = new Map(cells.map((cell) => [cell.key, emptyRuns(runs)]));
  const left = new Map(cells.map((cell) => [cell.key, runs]));
  const jobs = jobsOf(cells, seed, runs);
  await Promise.all(Array.from({ length: WORKERS }, () => work()));
  return results;

  async function work() {
    const worker = new Worker(new URL('./cellWorker.ts', import.meta.url));
    try {
      for (let job = jobs.next().value; job !== undefined; job = jobs.next().value) {
        const answered = once(worker, 'message', { signal });
        worker.postMessage(job);
        const [part] = await answered;
        take(job, part);
      }
    } finally {
      await worker.terminate();
    }
  }

  function take({ cell, from, to }: Job, part: MeasuredRuns) {
    const whole = results.get(cell.key);
    if (whole === undefined) throw new Error(`nobody asked for ${cell.key}`);
    whole.phis.set(part.phis, from);
    byMethod((method) => whole.stops[method].set(part.stops[method], from));
    const leftNow = (left.get(cell.key) ?? 0) - (to - from);
    left.set(cell.key, leftNow);
    if (leftNow === 0) measured(cell);
  }
}

const emptyRuns = (runs: number): MeasuredRuns => ({
  stops: byMethod(() => new Int32Array(runs)),
  phis: new Float64Array(runs),
});

function* jobsOf(cells: readonly Cell[], seed: string, runs: number): Generator<Job, undefined> {
  for (const cell of cells) {
    for (let from = 0; from < runs; from += RUNS_OF_A_JOB) {
      yield { cell, seed, from, to: Math.min(runs, from + RUNS_OF_A_JOB) };
    }
  }
}

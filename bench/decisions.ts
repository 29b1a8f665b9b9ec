import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CLUSTERED, COARSE, FAULTY, HEALTHY, OUTAGES, SPARSE, WANDERING } from './decisions/cells.ts';
import { chartOf } from './decisions/chart.ts';
import { documentOf, multiplierCheck } from './decisions/document.ts';
import { noDataScenarios } from './decisions/noData.ts';
import { REQUIREMENTS, verdictsOf } from './decisions/requirements.ts';
import type { Results } from './decisions/results.ts';
import { MEDIAN, P90, speedRatio } from './decisions/speed.ts';
import { faultyTable, healthyTable, ratioTable, verdictTable } from './decisions/tables.ts';
import { measureCells } from './decisions/workers.ts';
import type { Bench, Figures } from './support/bench.ts';

/** Fixed before anything was measured with it. Whoever changes a method or a cell because of a figure takes another. */
const SEED = 'decisions, first measurement';
const RUNS = 4000;
const CELLS = [...CLUSTERED, ...HEALTHY, SPARSE, WANDERING, ...FAULTY, ...COARSE, ...OUTAGES];
const DOCS = join(import.meta.dirname, '..', 'docs');

/**
 * How often healthy releases are rolled back, and how soon faulty ones, on simulated traffic: Sluice's statistics and stand-ins of
 * what others use. Nothing depends on the machine, so `docs/decision-quality.md` is written anew by each run and stays as it is.
 */
export const decisions: Bench = {
  name: 'decisions',
  limits: Object.fromEntries(REQUIREMENTS.map(({ figure, limit }) => [figure, limit])),
  run: async ({ signal, say }) => {
    say(multiplierCheck());
    const [began, usedBefore] = [performance.now(), process.cpuUsage().user];
    const noData = await noDataScenarios();
    say(`${noData.scenarios} scenarios without data`);
    const byCell = await measureCells(CELLS, { seed: SEED, runs: RUNS, signal }, ({ title }) => say(title));
    const seconds = Math.round((performance.now() - began) / 1000);
    const cpuSeconds = Math.round((process.cpuUsage().user - usedBefore) / 1e6);
    const results: Results = { seed: SEED, runs: RUNS, byCell, noData };
    const verdicts = verdictsOf(results);
    for (const table of [verdictTable(verdicts), healthyTable(results), faultyTable(results), ratioTable(results)]) {
      say(`\n${table}\n`);
    }
    await writeFile(join(DOCS, 'decision-quality.md'), documentOf(results, verdicts));
    await writeFile(join(DOCS, 'decision-quality.svg'), chartOf(results, verdicts));
    const measured = verdicts.map(({ figure, estimate }): [string, number] => [figure, estimate.value]);
    return { runs: RUNS, seconds, cpuSeconds, ...Object.fromEntries(measured), ...notGood(results) };
  },
};

/** Where it is slower than the limited figures, as shares of the confidence sequence's. */
function notGood(results: Results): Figures {
  const ratios = FAULTY.flatMap((cell): [string, number][] => [
    [`p90Ratio${cell.key}`, speedRatio(results, cell, 'sluiceOfUsers', P90)],
    [`twoCriteriaRatio${cell.key}`, speedRatio(results, cell, 'sluiceOfTwo', MEDIAN)],
    [`historyRatio${cell.key}`, speedRatio(results, cell, 'sluiceOfRequests', MEDIAN)],
  ]);
  const highBase = FAULTY.filter(({ key }) => key === '90to95').map((cell): [string, number] => [
    `ratio${cell.key}`,
    speedRatio(results, cell, 'sluiceOfUsers', MEDIAN),
  ]);
  return Object.fromEntries([...highBase, ...ratios]);
}

import type { Cell } from './cell.ts';
import { CLUSTERED, COARSE, FAULTY, HEALTHY, OUTAGES, SPARSE, WANDERING } from './cells.ts';
import { METHOD_KEYS, METHODS, type MethodKey } from './methods.ts';
import type { Verdict } from './requirements.ts';
import { type Results, rolledBack } from './results.ts';
import { delays, MEDIAN, P90, requestsUntil, speedRatio } from './speed.ts';

/** Markdown, which people can read as it is. */
export function verdictTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ title, unit, limit, estimate: { value, low, high }, met, said }) => {
    const suffix = unit === '' ? '' : ` ${unit}`;
    const interval = low === high ? '' : `${shown(low)} to ${shown(high)}`;
    return [title, `${shown(value)}${suffix}`, interval, `${limit}${suffix}`, met ? 'met' : '**not met**', said];
  });
  return table(['what', 'measured', '95 % interval', 'at most', '', 'left out'], rows);
}

export const HEALTHY_CELLS: readonly Cell[] = [...HEALTHY, SPARSE, WANDERING, ...CLUSTERED];

/** How often each method rolls back what is healthy. */
export function healthyTable(results: Results): string {
  const rows = HEALTHY_CELLS.map((cell) => [
    cell.title,
    ...METHOD_KEYS.map((method) =>
      isMeasured(cell, method) ? `${shown((100 * rolledBack(results, cell, method)) / results.runs)} %` : '',
    ),
  ]);
  return table(['rolled back', ...titles()], rows);
}

/** Median requests of an arm until each method rolls back what is faulty. */
export function faultyTable(results: Results): string {
  const rows = [...FAULTY, ...OUTAGES].map((cell) => [
    cell.title,
    ...METHOD_KEYS.map((method) => (isMeasured(cell, method) ? medianOf(results, cell, method) : '')),
  ]);
  return table(['median requests', ...titles()], rows);
}

/** Medians, and 90th percentiles, as shares of the confidence sequence's: as required, and where it is worse than that. */
export function ratioTable(results: Results): string {
  const rows = FAULTY.map((cell, index) => {
    const coarse = COARSE[index] ?? cell;
    return [
      cell.title,
      shown(speedRatio(results, cell, 'sluiceOfUsers', MEDIAN)),
      shown(speedRatio(results, cell, 'sluiceOfUsers', P90)),
      shown(speedRatio(results, cell, 'sluiceOfTwo', MEDIAN)),
      shown(speedRatio(results, cell, 'sluiceOfRequests', MEDIAN)),
      shown(speedRatio(results, coarse, 'sluiceOfUsers', MEDIAN)),
    ];
  });
  const head = ['÷ confidence sequence', 'median', 'p90', 'median, two criteria', 'median, φ from history'];
  return table([...head, `median, polls of ${COARSE[0]?.requests}`], rows);
}

function medianOf(results: Results, cell: Cell, method: MethodKey): string {
  const { never, early } = delays(results, cell, method);
  if (early === results.runs) return 'all before the fault';
  const remarks = [
    ...(never === 0 ? [] : [`never in ${share(never, results.runs)}`]),
    ...(early === 0 ? [] : [`before it in ${share(early, results.runs)}`]),
  ];
  const median = requestsUntil(results, cell, method, MEDIAN);
  const said = Number.isFinite(median) ? Math.round(median).toLocaleString('en') : 'not found';
  return remarks.length === 0 ? said : `${said} (${remarks.join(', ')})`;
}

const share = (count: number, of: number) => `${shown((100 * count) / of)} %`;

const isMeasured = (cell: Cell, method: MethodKey) => method !== 'sluiceOfTwo' || cell.secondCriterion;

const titles = () => METHOD_KEYS.map((method) => METHODS[method].title);

/** Three digits are more than the runs can tell. */
function shown(value: number): string {
  if (Number.isNaN(value)) return 'none';
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : 'infinite';
}

function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const lines = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
  return lines.join('\n');
}

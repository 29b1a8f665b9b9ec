import type { Cell } from './cell.ts';
import type { MeasuredRuns } from './measuredRuns.ts';
import type { MethodKey } from './methods.ts';
import type { NoData } from './noData.ts';

/** Everything that was measured. */
export type Results = {
  readonly seed: string;
  readonly runs: number;
  readonly byCell: ReadonlyMap<string, MeasuredRuns>;
  readonly noData: NoData;
};

export function runsOf({ byCell }: Results, { key }: Cell): MeasuredRuns {
  const measured = byCell.get(key);
  if (measured === undefined) throw new Error(`the cell ${key} was not measured`);
  return measured;
}

/** How many of a cell's runs a method rolled back. */
export function rolledBack(results: Results, cell: Cell, method: MethodKey): number {
  return runsOf(results, cell).stops[method].filter((stop) => stop > 0).length;
}

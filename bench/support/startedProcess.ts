import { Child, type ChildOptions } from '../../src/demo/process/child.ts';
import { childrenOf } from './processTable.ts';

/** A child of ours, with the number by which `/proc` knows it. */
export type StartedProcess = { readonly child: Child; readonly pid: number };

export function startProcess(options: ChildOptions): StartedProcess {
  const before = new Set(childrenOf(process.pid));
  const child = new Child(options);
  const pid = childrenOf(process.pid).find((candidate) => !before.has(candidate));
  if (pid === undefined) throw new Error(`${options.name} did not begin`);
  return { child, pid };
}

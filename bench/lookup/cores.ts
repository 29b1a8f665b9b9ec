import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What is measured has this core for itself, as far as the machine is ours. */
const SERVER_CORE = 0;
/** What asks it has this one. */
export const LOAD_CORE = 1;

/** Keeps a running process, all of its threads, on the server's core. @throws Error where there is one core only */
export async function pinToServerCore(pid: number): Promise<void> {
  assertTwoCores();
  await run('taskset', ['--all-tasks', '--cpu-list', '--pid', String(SERVER_CORE), String(pid)]);
}

export function assertTwoCores(): void {
  if (availableParallelism() < 2) throw new Error('server and load generator need a core each, and there is one');
}

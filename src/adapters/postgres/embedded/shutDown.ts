import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from './errorCode.ts';
import { findPostmaster, isPostmaster } from './postmasterFile.ts';

/** PostgreSQL's fast shutdown, then its immediate one, which loses nothing either: the next start replays its log. */
const STEPS = [
  { signal: 'SIGINT', patienceSeconds: 5 },
  { signal: 'SIGQUIT', patienceSeconds: 10 },
] as const;

const POLL_MS = 10;

/**
 * Stops the cluster's server, whoever started it, and waits until its process has gone.
 *
 * @throws Error if it survives even an immediate shutdown
 */
export async function shutDown(cluster: string, log: (line: string) => void): Promise<void> {
  const postmaster = await findPostmaster(cluster);
  if (postmaster.kind !== 'running') return;
  for (const { signal, patienceSeconds } of STEPS) {
    signalProcess(postmaster.pid, signal);
    if (await ends(postmaster.pid, cluster, patienceSeconds)) return;
    log(`PostgreSQL (process ${postmaster.pid}) did not stop within ${patienceSeconds} s of ${signal}`);
  }
  throw new Error(`PostgreSQL (process ${postmaster.pid}) does not stop`);
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

async function ends(pid: number, cluster: string, patienceSeconds: number): Promise<boolean> {
  const patience = AbortSignal.timeout(patienceSeconds * 1_000);
  while (!patience.aborted) {
    if (!(await isPostmaster(pid, cluster))) return true;
    await sleep(POLL_MS);
  }
  return false;
}

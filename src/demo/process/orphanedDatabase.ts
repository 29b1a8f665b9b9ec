import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 50;
const LOOKS = 200;
const FAST_SHUTDOWN = 'SIGINT';

/**
 * Ends the database that a Sluice which was killed or fell left running in its data folder; resolves when it has gone.
 * A Sluice that ended well has ended its database itself, and left no such file.
 */
export async function endOrphanedDatabase(dataFolder: string): Promise<void> {
  const pidFile = join(dataFolder, 'postgres', 'cluster', 'postmaster.pid');
  const text = await readFile(pidFile, 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  if (!(pid > 0) || !signalled(pid, FAST_SHUTDOWN)) return;
  // Bounded: where nobody reaps what was left behind, an ended process can be signalled for ever.
  for (let look = 0; look < LOOKS && signalled(pid, 0); look += 1) await sleep(EVERY_MS);
}

function signalled(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

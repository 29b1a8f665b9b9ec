import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type FileHandle, readFile } from 'node:fs/promises';
import type { Account } from './account.ts';
import { type DataFolder, openLog } from './dataFolder.ts';
import { type ProcessOptions, processOptions } from './processOptions.ts';
import { reachablePath } from './reachablePath.ts';
import { SETTING_ARGUMENTS } from './settings.ts';

/** A postmaster that we started and that may have ended already. */
export interface Launch {
  readonly process: ChildProcess;
  /** What PostgreSQL has written to its log since. */
  logged(): Promise<string>;
}

/**
 * Starts a postmaster in a session of its own: neither a Ctrl-C in our terminal nor our own end reaches it.
 *
 * PostgreSQL refuses to start while the process named in a lock file lives, even if that is a zombie or an innocent
 * program that got the same number. Deleting the lock files would also disarm its check that no backend of a postmaster
 * that was killed still writes. So nothing is deleted: `PG_GRANDPARENT_PID`, made for pg_ctl, names the one number that
 * PostgreSQL is to disregard in lock files.
 *
 * @param stalePid a process known not to be this cluster's postmaster
 */
export async function launchPostmaster(
  folder: DataFolder,
  postgres: string,
  account: Account | undefined,
  stalePid: number | undefined,
): Promise<Launch> {
  const options = processOptions(account, folder.cluster);
  const env = stalePid === undefined ? options.env : { ...options.env, PG_GRANDPARENT_PID: String(stalePid) };
  const log = await openLog(folder);
  try {
    const { size } = await log.stat();
    const args = ['-D', await reachablePath(folder.cluster, account), ...SETTING_ARGUMENTS];
    return {
      process: await spawnDetached(postgres, args, { ...options, env }, log),
      logged: () => readFrom(folder.logFile, size),
    };
  } finally {
    await log.close();
  }
}

async function spawnDetached(
  file: string,
  args: string[],
  options: ProcessOptions,
  log: FileHandle,
): Promise<ChildProcess> {
  const child = spawn(file, args, { ...options, detached: true, stdio: ['ignore', log.fd, log.fd] });
  await once(child, 'spawn');
  child.unref();
  return child;
}

async function readFrom(path: string, offset: number): Promise<string> {
  return (await readFile(path)).subarray(offset).toString().trim();
}

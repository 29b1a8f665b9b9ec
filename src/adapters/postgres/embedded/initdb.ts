import { execFile } from 'node:child_process';
import { chown, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Account } from './account.ts';
import type { DataFolder } from './dataFolder.ts';
import { errorCode } from './errorCode.ts';
import { processOptions } from './processOptions.ts';
import { reachablePath } from './reachablePath.ts';

const UNFINISHED = 'cluster.unfinished-';

const OPTIONS = [
  '--username=postgres',
  '--auth-local=trust',
  '--auth-host=reject',
  '--data-checksums',
  '--encoding=UTF8',
  // PostgreSQL's own collation: needs no locale of the machine, and no library update can change an index's order.
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--no-instructions',
];

const run = promisify(execFile);

export async function clusterExists({ cluster }: DataFolder): Promise<boolean> {
  try {
    return (await stat(cluster)).isDirectory();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Makes the cluster. It is made under another name and appears, synced, by a rename: a crash in between leaves nothing
 * that a later start could take for a cluster. Of two starts at once the first to finish wins, and the other uses it.
 */
export async function initialiseCluster(folder: DataFolder, initdb: string, account?: Account): Promise<void> {
  const unfinished = await mkdtemp(join(folder.path, UNFINISHED));
  try {
    if (account !== undefined) await chown(unfinished, account.uid, account.gid);
    const path = await reachablePath(unfinished, account);
    await run(initdb, [`--pgdata=${path}`, ...OPTIONS], processOptions(account, unfinished));
    await rename(unfinished, folder.cluster);
    await syncFolder(folder.path);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (!(await clusterExists(folder))) throw error;
  }
}

/**
 * Removes what starts that crashed in {@link initialiseCluster} left. Only for whoever owns the data folder. An initdb
 * whose start was killed may still be at work in there, hence the retries: it ends when it misses its files.
 */
export async function removeUnfinishedClusters({ path }: DataFolder): Promise<void> {
  const leftovers = (await readdir(path)).filter((name) => name.startsWith(UNFINISHED));
  for (const name of leftovers) await rm(join(path, name), { recursive: true, force: true, maxRetries: 10 });
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

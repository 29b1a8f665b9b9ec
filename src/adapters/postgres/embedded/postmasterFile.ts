import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from './errorCode.ts';
import { folderIdentity, type ProcessState, processState } from './processState.ts';

/**
 * What `postmaster.pid` in a cluster's folder tells.
 *
 * - `none`: nobody claims the cluster.
 * - `running`: the process `pid` is its postmaster, starting, serving or stopping.
 * - `stale`: the process that claimed it ended without tidying up. Its `pid` may since belong to another program.
 */
export type Postmaster = { readonly kind: 'none' } | { readonly kind: 'running' | 'stale'; readonly pid: number };

export async function findPostmaster(cluster: string): Promise<Postmaster> {
  const pid = await claimedPid(cluster);
  if (pid === undefined) return { kind: 'none' };
  return { kind: (await isPostmaster(pid, cluster)) ? 'running' : 'stale', pid };
}

/** Whether the process is the postmaster of this cluster, as far as the system lets us see. */
export async function isPostmaster(pid: number, cluster: string): Promise<boolean> {
  return servesCluster(await processState(pid), await folderIdentity(cluster));
}

/** A postmaster works in its cluster's folder. Without a look at that, any `postgres` must be taken for it. */
export function servesCluster(state: ProcessState, clusterIdentity: string): boolean {
  if (state.kind !== 'alive' || state.program !== 'postgres') return false;
  return state.workingDirectory === undefined || state.workingDirectory === clusterIdentity;
}

async function claimedPid(cluster: string): Promise<number | undefined> {
  try {
    const pid = Number.parseInt(await readFile(join(cluster, 'postmaster.pid'), 'utf8'), 10);
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

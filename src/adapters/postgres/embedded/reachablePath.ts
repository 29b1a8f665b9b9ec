import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Account } from './account.ts';

/** Owner and mode bits of a folder, as `stat` gives them. */
export interface FolderRights extends Account {
  readonly mode: number;
}

/** Whether the mode bits let an account (with no further groups) pass through a folder. */
export function mayTraverse(folder: FolderRights, account: Account): boolean {
  if (folder.uid === account.uid) return (folder.mode & 0o100) !== 0;
  if (folder.gid === account.gid) return (folder.mode & 0o010) !== 0;
  return (folder.mode & 0o001) !== 0;
}

/**
 * A path by which a process of the account reaches `folder`, given that its working directory is `folder`.
 * Below a closed home (mode 0700) that is Linux's `/proc/self/cwd`: the working directory is entered by us, as root,
 * before the account is taken on, and this link leads there without a look at the folders above. Nobody's rights change.
 *
 * @throws Error if there is no such path on this system
 */
export async function reachablePath(folder: string, account: Account | undefined): Promise<string> {
  if (account === undefined || (await canReach(await realpath(folder), account))) return folder;
  if (process.platform === 'linux') return '/proc/self/cwd';
  throw new Error(
    `PostgreSQL runs as uid ${account.uid}, which can't enter ${folder}: ` +
      'choose a DATA_DIR whose parent folders everyone may pass through, or start Sluice as an ordinary account',
  );
}

async function canReach(path: string, account: Account): Promise<boolean> {
  if (!mayTraverse(await stat(path), account)) return false;
  const parent = dirname(path);
  return parent === path || canReach(parent, account);
}

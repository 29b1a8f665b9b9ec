import { readFile, stat } from 'node:fs/promises';
import { errorCode } from './errorCode.ts';

/** The operating system account that PostgreSQL runs as, where it isn't our own. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

const ORDINARY_ACCOUNTS = ['postgres', 'nobody'];

/**
 * Finds the account to run as in the text of `/etc/passwd`: `postgres`, else `nobody`.
 * macOS writes nobody's ids as -2, which the kernel takes unsigned.
 */
export function ordinaryAccount(passwd: string): Account | undefined {
  const entries = passwd.split('\n').map((line) => line.split(':'));
  for (const name of ORDINARY_ACCOUNTS) {
    const entry = entries.find((fields) => fields[0] === name);
    const uid = Number.parseInt(entry?.[2] ?? '', 10) >>> 0;
    const gid = Number.parseInt(entry?.[3] ?? '', 10) >>> 0;
    if (entry !== undefined && uid !== 0) return { uid, gid };
  }
  return undefined;
}

/**
 * Decides who runs PostgreSQL, which refuses to run as root and on files of somebody else.
 * A cluster that exists keeps its owner, so that a folder can be used as root today and by its owner tomorrow.
 *
 * @returns undefined if it is our own account
 * @throws Error saying what to do, if no account will do
 */
export async function chooseAccount(cluster: string): Promise<Account | undefined> {
  const ownUid = process.getuid?.();
  const owner = await ownerOf(cluster);
  if (ownUid !== 0) {
    if (owner === undefined || owner.uid === ownUid) return undefined;
    throw new Error(
      `${cluster} belongs to uid ${owner.uid}, not to uid ${ownUid}: start Sluice as its owner or as root`,
    );
  }
  if (owner?.uid === 0) {
    throw new Error(`${cluster} belongs to root, as whom PostgreSQL never runs: chown -R it to an ordinary account`);
  }
  const account = owner ?? ordinaryAccount(await readFile('/etc/passwd', 'utf8'));
  if (account !== undefined) return account;
  throw new Error(
    `PostgreSQL never runs as root, and there is no account ${ORDINARY_ACCOUNTS.join(' or ')} to run it as: ` +
      'add one, start Sluice as an ordinary account, or set DATABASE_URL',
  );
}

async function ownerOf(path: string): Promise<Account | undefined> {
  try {
    const { uid, gid } = await stat(path);
    return { uid, gid };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

import type { FileHandle } from 'node:fs/promises';
import { mkdir, open } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Where things lie in the data directory. */
export interface DataFolder {
  readonly path: string;
  /** PostgreSQL's own folder (`PGDATA`): ours and PostgreSQL's alone. */
  readonly cluster: string;
  readonly logFile: string;
}

const LONGEST_LOG_BYTES = 5_000_000;

/** Makes the data directory if need be. Others may pass through it, not look into it: PostgreSQL may be one of them. */
export async function openDataFolder(dataDirectory: string): Promise<DataFolder> {
  const path = resolve(dataDirectory);
  await mkdir(path, { recursive: true, mode: 0o711 });
  return { path, cluster: join(path, 'cluster'), logFile: join(path, 'postgres.log') };
}

/** Opens PostgreSQL's log for another start, emptied first if it has grown long. */
export async function openLog({ logFile }: DataFolder): Promise<FileHandle> {
  const log = await open(logFile, 'a', 0o600);
  if ((await log.stat()).size > LONGEST_LOG_BYTES) await log.truncate(0);
  return log;
}

import { createHash } from 'node:crypto';
import { mkdir, readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolderCandidates, openCacheFolder } from './cacheFolder.ts';
import { errorCode } from './errorCode.ts';

/** `sun_path` holds 104 bytes on macOS and 108 on Linux, the closing zero among them. */
const LONGEST_SOCKET_PATH_BYTES = 103;

/** Whether clients can connect to PostgreSQL's socket in this folder. */
export function holdsSocket(folder: string): boolean {
  return Buffer.byteLength(join(folder, '.s.PGSQL.5432')) <= LONGEST_SOCKET_PATH_BYTES;
}

/**
 * The folder under which clients find the cluster's socket: the cluster itself, or, if that path is too long for
 * a socket, a short symbolic link to it.
 */
export async function openSocketFolder(cluster: string): Promise<string> {
  if (holdsSocket(cluster)) return cluster;
  const reasons: string[] = [];
  for (const cacheFolder of cacheFolderCandidates()) {
    const link = join(cacheFolder, 'links', createHash('sha256').update(cluster).digest('hex').slice(0, 16));
    try {
      if (!holdsSocket(link)) throw new Error(`${link} is too long itself`);
      await openCacheFolder(cacheFolder);
      await makeLink(link, cluster);
      return link;
    } catch (error) {
      reasons.push(String(error));
    }
  }
  throw new Error(`The path of ${cluster} is too long for a socket, choose a shorter DATA_DIR:\n${reasons.join('\n')}`);
}

/** Removes the link that {@link openSocketFolder} made, if it made one. */
export async function closeSocketFolder(folder: string, cluster: string): Promise<void> {
  if (folder !== cluster) await rm(folder, { force: true });
}

/** The URL of the database `sluice` for `pg`, Prisma's adapter and `psql`. */
export function connectionString(folder: string): string {
  return `postgresql://sluice@localhost/sluice?host=${encodeURIComponent(folder)}&sslmode=disable`;
}

async function makeLink(link: string, cluster: string): Promise<void> {
  await mkdir(join(link, '..'), { recursive: true, mode: 0o755 });
  await symlink(cluster, link).catch((error: unknown) => {
    if (errorCode(error) !== 'EEXIST') throw error;
  });
  if ((await readlink(link)) !== cluster) throw new Error(`${link} leads elsewhere`);
}

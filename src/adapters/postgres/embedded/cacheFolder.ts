import { chmod, lstat, mkdir } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Folders outside the checkout for what can be made again, best first. Temporary folders come last, since they are
 * swept while programs run.
 */
export function cacheFolderCandidates(): readonly string[] {
  const uid = process.getuid?.() ?? 0;
  const lasting = uid === 0 ? '/var/cache/sluice' : join(homedir(), '.cache', 'sluice');
  return [lasting, join(tmpdir(), `sluice-${uid}`)];
}

/**
 * Makes a cache folder that every account can pass through and only ours can write.
 *
 * @throws Error if somebody else could have put things there: programs are run from it
 */
export async function openCacheFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o755 });
  if (made !== undefined) await chmod(folder, 0o755);
  const found = await lstat(folder);
  if (found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0) return;
  throw new Error(`${folder} is not a folder that this account alone can write`);
}

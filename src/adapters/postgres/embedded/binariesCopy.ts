import { chmod, copyFile, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { errorCode } from './errorCode.ts';

const FOR_COMPILERS = /\.a$|\/(pgxs|pkgconfig)\//;
const SymbolicLinks = z.array(z.object({ source: z.string(), target: z.string() }));

/** What a whole copy holds, by path within it. */
interface Contents {
  readonly files: ReadonlyMap<string, { readonly bytes: number; readonly mode: number }>;
  /** Path of the link to what it points to. */
  readonly links: ReadonlyMap<string, string>;
}

/**
 * Copies PostgreSQL's `native` folder to `target`, readable by everyone and with the symbolic links that an npm package
 * can't hold and its install script makes. Does nothing if the copy is there and whole: temporary folders get swept.
 * The copy appears by a rename, so that a reader never sees a part, and of two at once either one may win.
 */
export async function copyBinaries(source: string, target: string): Promise<void> {
  const contents: Contents = { files: await filesOf(source), links: await linksOf(source) };
  if (await isWhole(target, contents)) return;
  const partial = await mkdtemp(`${target}.partial-`);
  try {
    await fill(partial, source, contents);
    await place(partial, target, contents);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** Moves the new copy to its place, unless another start has brought a whole one there, and a damaged one out of it. */
async function place(partial: string, target: string, contents: Contents): Promise<void> {
  const damaged = `${partial}.damaged`;
  while (!(await renameIfFree(partial, target))) {
    if (await isWhole(target, contents)) return;
    await rename(target, damaged).catch(ignoreMissing);
    await rm(damaged, { recursive: true, force: true });
  }
}

async function renameIfFree(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? '')) return false;
    throw error;
  }
}

async function filesOf(folder: string): Promise<Contents['files']> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const needed = paths.filter((path) => !FOR_COMPILERS.test(path));
  const described = needed.map(async (path) => {
    const { size, mode } = await lstat(path);
    return [relative(folder, path), { bytes: size, mode: mode & 0o100 ? 0o755 : 0o644 }] as const;
  });
  return new Map(await Promise.all(described));
}

/** Paths in the package's list start at the folder above `native`. */
async function linksOf(folder: string): Promise<Contents['links']> {
  const list = (await readFile(join(folder, 'pg-symlinks.json'), 'utf8').catch(ignoreMissing)) ?? '[]';
  const links = SymbolicLinks.parse(JSON.parse(list));
  return new Map(
    links.map(({ source, target }) => [relative('native', target), relative(dirname(target), source)] as const),
  );
}

async function isWhole(folder: string, { files, links }: Contents): Promise<boolean> {
  const sizes = [
    ...[...files].map(([path, { bytes }]) => [path, bytes] as const),
    ...[...links].map(([path, destination]) => [path, Buffer.byteLength(destination)] as const),
  ];
  try {
    const matches = sizes.map(async ([path, bytes]) => (await lstat(join(folder, path))).size === bytes);
    return (await Promise.all(matches)).every(Boolean);
  } catch (error) {
    ignoreMissing(error);
    return false;
  }
}

async function fill(target: string, source: string, { files, links }: Contents): Promise<void> {
  await chmod(target, 0o755);
  for (const folder of new Set([...files.keys()].map(dirname))) await makeFolder(target, folder);
  const copies = [...files].map(async ([path, { mode }]) => {
    await copyFile(join(source, path), join(target, path));
    await chmod(join(target, path), mode);
  });
  await Promise.all(copies);
  for (const [path, destination] of links) await symlink(destination, join(target, path));
}

/** Sets the mode of every folder on the way, whatever our umask is. */
async function makeFolder(root: string, path: string): Promise<void> {
  if (path === '.') return;
  await makeFolder(root, dirname(path));
  await mkdir(join(root, path), { recursive: true });
  await chmod(join(root, path), 0o755);
}

function ignoreMissing(error: unknown): undefined {
  if (errorCode(error) !== 'ENOENT') throw error;
}

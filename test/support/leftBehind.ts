import { readdir, readFile, readlink } from 'node:fs/promises';
import { join, relative } from 'node:path';

/**
 * What still lives in a folder after everything there was stopped: processes that run something of it, stand in it or have a
 * file of it open, and sockets that nobody took away. Empty where nothing was left behind.
 */
export async function leftBehindIn(folder: string): Promise<readonly string[]> {
  return [...(await processesIn(folder)), ...(await socketsIn(folder))];
}

async function processesIn(folder: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const holding = await Promise.all(pids.map(async (pid) => ((await holdsOnTo(pid, folder)) ? [await said(pid)] : [])));
  return holding.flat();
}

/** A process that ends meanwhile holds on to nothing. */
async function holdsOnTo(pid: string, folder: string): Promise<boolean> {
  const files = await readdir(join('/proc', pid, 'fd')).catch(() => []);
  const links = ['cwd', ...files.map((file) => join('fd', file))];
  const targets = await Promise.all(links.map((link) => readlink(join('/proc', pid, link)).catch(() => '')));
  return [...targets, await said(pid)].some((text) => text.includes(folder));
}

async function said(pid: string): Promise<string> {
  const text = await readFile(join('/proc', pid, 'cmdline'), 'utf8').catch(() => '');
  return text.replaceAll('\0', ' ').trim();
}

async function socketsIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sockets = entries.filter((entry) => entry.isSocket());
  return sockets.map((entry) => `socket ${relative(folder, join(entry.parentPath, entry.name))}`);
}

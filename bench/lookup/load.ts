import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Load, Request } from './asked.ts';
import { LOAD_CORE } from './cores.ts';
import { autocannonLoad, harOf } from './loadByAutocannon.ts';
import { luaOf, wrkLoad } from './loadByWrk.ts';

const run = promisify(execFile);

/** What is sent where, in a file that the generator reads. */
export type Traffic = { readonly url: string; readonly file: string };

export type Generator = {
  readonly name: 'wrk' | 'autocannon';
  readonly textOf: (url: string, requests: readonly Request[], headers: Readonly<Record<string, string>>) => string;
  /** @throws Error where a request failed: nobody is measured while answering errors */
  readonly drive: (traffic: Traffic, seconds: number, signal: AbortSignal) => Promise<Load>;
};

const CONNECTIONS = '16';

/** `wrk` where it is installed: it takes a third of autocannon's time, so that the server is what is measured. */
export async function findGenerator(): Promise<Generator> {
  const found = await run('wrk', ['--version']).then(
    () => true,
    // wrk ends with 1 after telling its version.
    (error: unknown) => !(error instanceof Error && 'code' in error && error.code === 'ENOENT'),
  );
  return found ? wrk : autocannon;
}

/** Writes down what this generator is to send to `url` with this token. */
export async function trafficTo(
  url: string,
  {
    generator,
    requests,
    token,
    file,
  }: { generator: Generator; requests: readonly Request[]; token: string; file: string },
): Promise<Traffic> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  await writeFile(file, generator.textOf(url, requests, headers));
  return { url, file };
}

const wrk: Generator = {
  name: 'wrk',
  textOf: (_url, requests, headers) => luaOf(requests, headers),
  drive: async ({ url, file }, seconds, signal) => {
    const args = ['-t', '1', '-c', CONNECTIONS, '-d', `${seconds}s`, '-s', file, url];
    return sound(wrkLoad(await onLoadCore(['wrk', ...args], signal)));
  },
};

const AUTOCANNON = fileURLToPath(import.meta.resolve('autocannon'));

const autocannon: Generator = {
  name: 'autocannon',
  textOf: harOf,
  drive: async ({ url, file }, seconds, signal) => {
    const args = ['--json', '-c', CONNECTIONS, '-d', String(seconds), '--har', file, url];
    return sound(autocannonLoad(await onLoadCore([process.execPath, AUTOCANNON, ...args], signal)));
  },
};

async function onLoadCore(command: readonly string[], signal: AbortSignal): Promise<string> {
  const { stdout } = await run('taskset', ['--cpu-list', String(LOAD_CORE), ...command], { signal });
  return stdout;
}

function sound(load: Load): Load {
  if (load.failed > 0 || load.requests === 0)
    throw new Error(`${load.failed} requests failed, ${load.requests} did not`);
  return load;
}

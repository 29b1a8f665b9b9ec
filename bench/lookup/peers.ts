import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../src/demo/process/freePort.ts';
import type { BenchContext } from '../support/bench.ts';
import { StartedProcess } from '../support/startedProcess.ts';
import type { Answer } from './answers.ts';
import { pinToServerCore } from './cores.ts';

/** A server that answers what Sluice answered, and does nothing for it. Disposal ends it. */
export type Peer = AsyncDisposable & { readonly name: PeerName; readonly url: string; readonly pid: number };

type PeerName = 'fastify' | 'nodeHttp';

export async function startPeer(
  name: PeerName,
  answers: Readonly<Record<string, Answer>>,
  { folder, signal }: BenchContext,
): Promise<Peer> {
  await using starting = new AsyncDisposableStack();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const file = join(folder, `${name}-answers.json`);
  await writeFile(file, JSON.stringify(answers));
  const args = [fileURLToPath(import.meta.resolve('./barePeer.ts'))];
  const env = { PEER: name, PORT: String(port), ANSWERS: file, NODE_ENV: 'production' };
  const started = starting.use(new StartedProcess({ name, args, env, logFolder: folder }));
  await started.answering(`${url}/livez`, signal);
  await pinToServerCore(started.pid);
  const owned = starting.move();
  return { name, url, pid: started.pid, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

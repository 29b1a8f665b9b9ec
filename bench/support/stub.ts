import { fileURLToPath } from 'node:url';
import { freePort } from '../../src/demo/process/freePort.ts';
import type { BenchContext } from './bench.ts';
import { StartedProcess } from './startedProcess.ts';

/** The stub of a Prometheus, running. Disposal ends it. */
export type Stub = AsyncDisposable & {
  readonly url: string;
  readonly pid: number;
  /** How many queries it has answered. */
  readonly questions: () => Promise<number>;
  /** From now on the treatment of these features, and of no others, has many errors. */
  readonly makeFaulty: (features: readonly string[]) => Promise<void>;
};

export async function startStub({ folder, signal }: BenchContext): Promise<Stub> {
  await using starting = new AsyncDisposableStack();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = [fileURLToPath(import.meta.resolve('./stubPrometheus.ts'))];
  const started = starting.use(
    new StartedProcess({ name: 'stub', args, env: { PORT: String(port) }, logFolder: folder }),
  );
  await started.answering(`${url}/questions`, signal);
  const owned = starting.move();
  const ask = async (path: string, init: RequestInit = {}) => (await fetch(url + path, { ...init, signal })).text();
  return {
    url,
    pid: started.pid,
    questions: async () => Number(await ask('/questions')),
    makeFaulty: async (features) => {
      await ask('/faulty', { method: 'PUT', body: features.join(',') });
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

import { fileURLToPath } from 'node:url';
import { freePort } from '../../src/demo/process/freePort.ts';
import { untilAnswering } from '../../src/demo/process/untilAnswering.ts';
import type { BenchContext } from './bench.ts';
import { startProcess } from './startedProcess.ts';

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
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const script = fileURLToPath(import.meta.resolve('./stubPrometheus.ts'));
  const { child, pid } = startProcess({ name: 'stub', script, env: { PORT: String(port) }, logFolder: folder });
  const ask = async (path: string, init: RequestInit = {}) => (await fetch(url + path, { ...init, signal })).text();
  try {
    await untilAnswering(child, `${url}/questions`, signal);
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw error;
  }
  return {
    url,
    pid,
    questions: async () => Number(await ask('/questions')),
    makeFaulty: async (features) => {
      await ask('/faulty', { method: 'PUT', body: features.join(',') });
    },
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}

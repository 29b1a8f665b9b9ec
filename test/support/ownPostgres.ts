import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/adapters/postgres/embedded/embeddedPostgres.ts';
import { makeScratch, postmasterPid, removeScratch } from './embeddedPostgresScratch.ts';

/** How a server is out of reach: its process has gone, or every process of it stands still and answers nobody. */
export type Outage = 'gone' | 'standing still';

/** A PostgreSQL that a test may take away from a Sluice, and give back under the same address. Disposal ends it. */
export class OwnPostgres implements AsyncDisposable {
  readonly #scratch: string;
  #server: EmbeddedPostgres;
  #isGone = false;
  #stopped: readonly number[] = [];

  static async start(): Promise<OwnPostgres> {
    const scratch = await makeScratch();
    return new OwnPostgres(scratch, await startIn(scratch));
  }

  private constructor(scratch: string, server: EmbeddedPostgres) {
    this.#scratch = scratch;
    this.#server = server;
  }

  get url(): string {
    return this.#server.connectionString;
  }

  async takeAway(outage: Outage): Promise<void> {
    if (outage === 'gone') {
      this.#isGone = true;
      return this.#server.stop();
    }
    const postmaster = await postmasterPid(dataFolderIn(this.#scratch));
    this.#stopped = [postmaster, ...(await childrenOf(postmaster))];
    for (const pid of this.#stopped) process.kill(pid, 'SIGSTOP');
  }

  /** Nothing happens where it is there. */
  async giveBack(): Promise<void> {
    if (this.#isGone) this.#server = await startIn(this.#scratch);
    this.#isGone = false;
    this.#wake();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#wake();
    await this.#server.stop();
    await removeScratch(this.#scratch);
  }

  #wake(): void {
    for (const pid of this.#stopped) process.kill(pid, 'SIGCONT');
    this.#stopped = [];
  }
}

const dataFolderIn = (scratch: string) => join(scratch, 'data');

const startIn = (scratch: string) => startEmbeddedPostgres({ dataDirectory: dataFolderIn(scratch), log: () => {} });

async function childrenOf(parent: number): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const parents = await Promise.all(pids.map(parentOf));
  return pids.map(Number).filter((_, index) => parents[index] === parent);
}

async function parentOf(pid: string): Promise<number> {
  const status = await readFile(join('/proc', pid, 'status'), 'utf8').catch(() => '');
  return Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]);
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type Ending = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

const ROOT = join(import.meta.dirname, '..', '..');
const STARTS_WITHIN_MS = 60_000;
const ENDS_WITHIN_MS = 60_000;
const EVERY_MS = 10;

/** A Sluice as `npm start` runs it. */
export class SluiceProcess {
  readonly #process: ChildProcess;
  readonly #ended: Promise<Ending>;
  #said = '';

  /** The rest of our own environment is not its business. */
  constructor(env: Readonly<Record<string, string>>) {
    const { PATH = '', HOME = '' } = process.env;
    this.#process = spawn(process.execPath, ['--import', './src/nodeVersionGuard.js', 'src/main.ts'], {
      cwd: ROOT,
      env: { PATH, HOME, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const output of [this.#process.stdout, this.#process.stderr]) {
      output?.setEncoding('utf8').on('data', (text: string) => {
        this.#said += text;
      });
    }
    // `close` comes when the last of its output has been read.
    this.#ended = once(this.#process, 'close').then(([code, signal]) => ({ code, signal }));
  }

  /** All that it wrote. */
  get said(): string {
    return this.#said;
  }

  get hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** Resolves when it answers at `url`, whatever it answers. */
  async answers(url: string): Promise<void> {
    const deadlineMs = Date.now() + STARTS_WITHIN_MS;
    while (!(await isAnswering(url))) {
      if (this.hasEnded || Date.now() > deadlineMs) throw new Error(`Sluice did not come up. It said:\n${this.#said}`);
      await sleep(EVERY_MS);
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  /** @throws Error with all that it wrote, where it goes on living */
  async ended(): Promise<Ending> {
    const patience = new AbortController();
    const tooLong = sleep(ENDS_WITHIN_MS, null, { signal: patience.signal }).catch(() => null);
    const ending = await Promise.race([this.#ended, tooLong]);
    patience.abort();
    if (ending !== null) return ending;
    this.#process.kill('SIGKILL');
    throw new Error(`Sluice did not end. It said:\n${this.#said}`);
  }
}

async function isAnswering(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.body?.cancel();
    return true;
  } catch {
    return false;
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type ProcessSetting = {
  /** Also of its log. */
  readonly name: string;
  /** Of this Node, from the project's root. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly logFolder: string;
};

const ROOT = join(import.meta.dirname, '..', '..');
/** Of our own environment; a DATABASE_URL or POLICY_FILE in it is not the bench's business. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'LANG'];
const EVERY_MS = 20;
const PATIENCE_MS = 30_000;
const LAST_CHARACTERS = 3000;

/** A process that is measured, its output in a file. Disposal asks it to stop and resolves when it has gone. */
export class StartedProcess implements AsyncDisposable {
  readonly pid: number;
  readonly #name: string;
  readonly #process: ChildProcess;
  readonly #logFile: string;
  readonly #closed: Promise<unknown>;

  constructor({ name, args, env, logFolder }: ProcessSetting) {
    this.#name = name;
    this.#logFile = join(logFolder, `${name}.log`);
    const log = openSync(this.#logFile, 'a', 0o600);
    const passedOn = Object.fromEntries(PASSED_ON.map((variable) => [variable, process.env[variable]]));
    this.#process = spawn(process.execPath, args, {
      cwd: ROOT,
      env: { ...passedOn, ...env },
      stdio: ['ignore', log, log, 'ipc'],
      // A group of its own: Ctrl-C is for us, and we end all in order.
      detached: true,
    });
    closeSync(log);
    this.#closed = once(this.#process, 'close');
    if (this.#process.pid === undefined) throw new Error(`${name} could not be started`);
    this.pid = this.#process.pid;
  }

  /** Resolves when it answers 200 at `url`. @throws Error with its last words where it ends or does not come up in time */
  async answering(url: string, signal: AbortSignal, patienceMs = PATIENCE_MS): Promise<void> {
    const giveUpAt = performance.now() + patienceMs;
    while (!(await isAnswering(url))) {
      this.assertAlive();
      signal.throwIfAborted();
      if (performance.now() > giveUpAt) throw new Error(`${this.#name} did not come up: ${this.#lastWords()}`);
      await sleep(EVERY_MS);
    }
  }

  /** @throws Error with its last words once it has ended */
  assertAlive(): void {
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== null || signalCode !== null) throw new Error(`${this.#name} ended: ${this.#lastWords()}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGTERM');
    const killing = setTimeout(() => this.#process.kill('SIGKILL'), PATIENCE_MS);
    await this.#closed;
    clearTimeout(killing);
  }

  #lastWords(): string {
    return readFileSync(this.#logFile, 'utf8').trimEnd().slice(-LAST_CHARACTERS);
  }
}

async function isAnswering(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

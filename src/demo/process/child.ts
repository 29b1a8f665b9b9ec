import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type ChildOptions = {
  /** Also of its log file. */
  readonly name: string;
  /** Below the project's root; run by this Node. */
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFolder: string;
};

const ROOT = join(import.meta.dirname, '..', '..', '..');
const GUARD = './src/nodeVersionGuard.js';
/** Of our own environment; the rest of it (a DATABASE_URL, a POLICY_FILE) is not the demo's business. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'NODE_V8_COVERAGE'];
const PATIENCE_MS = 15_000;
const LAST_LINES = 20;

/** A process of the demo, its output in a file. Stopped by disposal, which resolves when it has gone. */
export class Child implements AsyncDisposable {
  readonly name: string;
  readonly #process: ChildProcess;
  readonly #logFile: string;
  readonly #closed: Promise<unknown>;

  constructor(options: ChildOptions) {
    this.name = options.name;
    this.#logFile = join(options.logFolder, `${options.name}.log`);
    const log = openSync(this.#logFile, 'a', 0o600);
    this.#process = spawn(process.execPath, ['--import', GUARD, options.script], {
      cwd: ROOT,
      env: { ...passedOn(), ...options.env },
      // The channel tells it when we are gone. A group of its own: Ctrl-C is for us, and we end all in order.
      stdio: ['ignore', log, log, 'ipc'],
      detached: true,
    });
    closeSync(log);
    // `close` comes after `exit`, and after `error` where it never started.
    this.#closed = once(this.#process, 'close').catch(() => undefined);
  }

  /** It ended, or never began. */
  get hasEnded(): boolean {
    return this.#process.pid === undefined || this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  async lastWords(): Promise<string> {
    const text = await readFile(this.#logFile, 'utf8');
    return text.trimEnd().split('\n').slice(-LAST_LINES).join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.hasEnded) return;
    this.#process.kill('SIGTERM');
    const patience = new AbortController();
    const killing = sleep(PATIENCE_MS, undefined, { signal: patience.signal }).then(
      () => this.#process.kill('SIGKILL'),
      () => undefined,
    );
    await this.#closed;
    patience.abort();
    await killing;
  }
}

function passedOn(): Record<string, string> {
  return Object.fromEntries(PASSED_ON.flatMap((name) => [[name, process.env[name]] as const]).filter(isSet));
}

const isSet = (entry: readonly [string, string | undefined]): entry is readonly [string, string] =>
  entry[1] !== undefined;

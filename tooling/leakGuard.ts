import type { Reporter, Vitest } from 'vitest/node';

/** What holds a process open. Unsettled promises and a library's own bookkeeping are shown by Vitest, and are no failure. */
const HANDLE = /^(TCP|TLS|PIPE|UDP|PROCESS|SIGNAL|FSEVENT|STATWATCHER|WORKER|Timeout)/;

/** Vitest lists what a test file left open but passes all the same: this reporter makes the run fail. */
export class LeakGuard implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(): void {
    const leaks = [...(this.#vitest?.state.leakSet ?? [])].filter((leak) => HANDLE.test(leak.type));
    for (const leak of leaks) this.#vitest?.logger.error(`Left open: ${leak.type}, by ${leak.filename}`);
    if (leaks.length > 0) process.exitCode = 1;
  }
}

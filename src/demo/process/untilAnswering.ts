import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from './child.ts';

const EVERY_MS = 50;
const PATIENCE_MS = 60_000;

/**
 * Resolves when the child answers 200 at `url`.
 *
 * @throws Error with the child's last words, where it ends or does not come up in time
 */
export async function untilAnswering(child: Child, url: string, signal: AbortSignal): Promise<void> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  while (!(await isAnswering(url, patience))) {
    signal.throwIfAborted();
    if (child.hasEnded || patience.aborted) {
      throw new Error(`${child.name} did not come up. Its last words:\n${await child.lastWords()}`);
    }
    await sleep(EVERY_MS);
  }
}

async function isAnswering(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, { signal });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

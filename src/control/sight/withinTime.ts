import type { Timer } from '../ports/timer.ts';

/** What the work comes to, or null once its time is over; the work is told by its signal, and nobody waits for it any more. */
export async function withinTime<T>(
  timer: Timer,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | null> {
  const ending = new AbortController();
  try {
    return await Promise.race([work(ending.signal), timer.sleep(ms, ending.signal).then(() => null)]);
  } finally {
    ending.abort();
  }
}

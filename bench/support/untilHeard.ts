import { setTimeout as sleep } from 'node:timers/promises';

/** A process hears within seconds of a token that was made at another. */
export async function untilHeard(url: string, token: string, signal: AbortSignal): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  // A token that may look flags up is refused there, too, but by another status.
  while ((await fetch(`${url}/v1/policy`, { headers, signal })).status === 401) await sleep(100, null, { signal });
}

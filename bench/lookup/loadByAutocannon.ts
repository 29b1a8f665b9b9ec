import { z } from 'zod';
import type { Load, Request } from './asked.ts';

const said = z.object({
  '2xx': z.number(),
  non2xx: z.number(),
  errors: z.number(),
  duration: z.number(),
});

/** An HTTP archive, the one kind of file from which autocannon reads several requests. */
export function harOf(url: string, requests: readonly Request[], headers: Readonly<Record<string, string>>): string {
  const listed = Object.entries(headers).map(([name, value]) => ({ name, value }));
  const entries = requests.map(({ path, body }) => ({
    request: { method: 'POST', url: `${url}${path}`, headers: listed, postData: { text: body } },
  }));
  return JSON.stringify({ log: { entries } });
}

/** @throws Error where autocannon did not say it */
export function autocannonLoad(output: string): Load {
  const { '2xx': requests, non2xx, errors, duration } = said.parse(JSON.parse(output));
  return { requests, seconds: duration, failed: non2xx + errors };
}

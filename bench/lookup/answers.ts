import { z } from 'zod';
import type { Request } from './asked.ts';

/** What was answered, as far as a peer has to say the same. */
const answerSchema = z.object({ headers: z.record(z.string(), z.string()), body: z.string() });
export type Answer = z.infer<typeof answerSchema>;

/** By path. */
export const answersSchema = z.record(z.string(), answerSchema);

/** Those that the connection itself brings along. */
const OF_THE_CONNECTION = new Set(['connection', 'keep-alive', 'date', 'content-length', 'transfer-encoding']);

/**
 * What Sluice answers to the first request at each path: what the peers then answer to all of them.
 * @throws Error where it is no answer with a value
 */
export async function answersOf(
  url: string,
  requests: readonly Request[],
  token: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, Answer>>> {
  const answers: Record<string, Answer> = {};
  for (const { path, body } of requests) answers[path] ??= await ask(url + path, body, token, signal);
  return answers;
}

async function ask(url: string, body: string, token: string, signal: AbortSignal): Promise<Answer> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const response = await fetch(url, { method: 'POST', headers, body, signal });
  const text = await response.text();
  if (response.status !== 200 || text.includes('errorCode')) throw new Error(`${url} was answered ${text}`);
  const kept = [...response.headers].filter(([name]) => !OF_THE_CONNECTION.has(name));
  return { headers: Object.fromEntries(kept), body: text };
}

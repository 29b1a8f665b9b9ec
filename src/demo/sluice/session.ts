import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { problemAnswer } from './answers.ts';

/** Sluice's answer was a refusal; its message says which, and every rule that was broken. */
class Refused extends Error {
  override readonly name = 'Refused';
}

/** Sluice's API, spoken with the token of one person. */
export class Session {
  readonly #url: string;
  readonly #token: string;
  readonly #signal: AbortSignal;

  constructor(url: string, token: string, signal: AbortSignal) {
    this.#url = url;
    this.#token = token;
    this.#signal = signal;
  }

  /** @throws Refused */
  get<T>(path: string, answer: z.ZodType<T>): Promise<T> {
    return this.#ask('GET', path, answer, {}, undefined);
  }

  /** Each call is a wish of its own. @throws Refused */
  post<T>(path: string, body: unknown, answer: z.ZodType<T>, expectedVersion?: number): Promise<T> {
    const match = expectedVersion === undefined ? {} : { 'if-match': `"${expectedVersion}"` };
    const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID(), ...match };
    return this.#ask('POST', path, answer, headers, JSON.stringify(body));
  }

  async #ask<T>(
    method: string,
    path: string,
    answer: z.ZodType<T>,
    headers: Readonly<Record<string, string>>,
    body: string | undefined,
  ): Promise<T> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, ...headers },
      signal: this.#signal,
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    if (!response.ok) throw refusal(`${method} ${path}`, response.status, text);
    return answer.parse(JSON.parse(text));
  }
}

function refusal(asked: string, status: number, text: string): Refused {
  const problem = problemAnswer.safeParse(parsed(text));
  if (!problem.success) return new Refused(`${asked} was answered ${status}: ${text.slice(0, 500)}`);
  const { code, detail, violations = [] } = problem.data;
  const breaches = violations.map(
    (violation) => `\n  ${violation.rule} at ${String(violation.path)}: ${violation.message}`,
  );
  return new Refused(`${asked} was refused, ${status} ${code}: ${detail}${breaches.join('')}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

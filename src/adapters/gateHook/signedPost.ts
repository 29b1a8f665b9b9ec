import type { Clock } from '../../control/ports/clock.ts';
import type { HttpAnswer, HttpExchange } from '../../control/ports/httpExchange.ts';
import { webhookHeaders } from './standardWebhook.ts';

/**
 * Agrees with a 2xx; a redirect is none that is followed: the address is the installation's to change. `fault` is safe to store and to show;
 * `mayPass`: trying again may help.
 */
export type Outcome =
  | { readonly kind: 'agreed' }
  | { readonly kind: 'refused' | 'failed'; readonly fault: string; readonly mayPass: boolean };

const LONGEST_SAID = 200;

/** One address to which signed messages go. */
export class SignedPost {
  readonly #http: HttpExchange;
  readonly #key: Uint8Array;
  readonly #clock: Clock;

  constructor(http: HttpExchange, key: Uint8Array, clock: Clock) {
    this.#http = http;
    this.#key = key;
    this.#clock = clock;
  }

  /** One attempt: signed anew, since its time is part of what is signed. */
  async send(id: string, body: string, timeoutMs: number): Promise<Outcome> {
    const headers = webhookHeaders(this.#key, { id, body, atMs: this.#clock.nowMs() });
    return outcomeOf(await this.#http.exchange({ method: 'POST', path: '', headers, body, timeoutMs }));
  }

  /** Whether somebody answers there, whatever: unsigned and without a message. */
  async reachable(timeoutMs: number): Promise<{ readonly ok: boolean; readonly detail: string }> {
    const answer = await this.#http.exchange({ method: 'GET', path: '', timeoutMs });
    return answer.kind === 'answered' ? { ok: true, detail: 'answers' } : { ok: false, detail: answer.detail };
  }
}

function outcomeOf(answer: HttpAnswer): Outcome {
  if (answer.kind === 'failed') return { kind: 'failed', fault: `failed: ${answer.detail}`, mayPass: true };
  const { status, text } = answer;
  if (status >= 200 && status <= 299) return { kind: 'agreed' };
  const said = saidIn(text);
  const fault = said === '' ? `answered ${status}` : `answered ${status}: ${said}`;
  return { kind: 'refused', fault, mayPass: status >= 500 || status === 429 };
}

/** The beginning of an answer as one line: no control characters, nothing that turns the direction of text, no half of a pair. */
function saidIn(text: string): string {
  const line = text
    .slice(0, 10 * LONGEST_SAID)
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .trim();
  return [...line].slice(0, LONGEST_SAID).join('');
}

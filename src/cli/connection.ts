import { Refused, type Terminal, Unusable } from './terminal.ts';

/** A problem with its violations takes more than a line; a page of HTML is told by its beginning. */
const MOST_SHOWN = 4000;

/** The Sluice at `SLUICE_URL`, asked by the right of `SLUICE_TOKEN`. */
export class Connection {
  readonly #base: string;
  readonly #token: string;

  /** @throws Unusable where no token is there; `role`: what it must be good for */
  constructor({ environment }: Terminal, role: string) {
    const { SLUICE_URL: base = 'http://127.0.0.1:8080', SLUICE_TOKEN: token } = environment;
    if (token === undefined || token === '') throw new Unusable(`SLUICE_TOKEN must hold a token of the role ${role}`);
    if (!URL.canParse('/', base)) throw new Unusable('SLUICE_URL is no URL');
    this.#base = base;
    this.#token = token;
  }

  get(path: string): Promise<ReadableStream<Uint8Array>> {
    return this.#answered(path, { headers: this.#headers });
  }

  post(path: string, body: unknown, accept: string): Promise<ReadableStream<Uint8Array>> {
    const headers = { ...this.#headers, accept, 'content-type': 'application/json' };
    return this.#answered(path, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  get #headers() {
    return { authorization: `Bearer ${this.#token}` };
  }

  async #answered(path: string, init: RequestInit): Promise<ReadableStream<Uint8Array>> {
    // A token goes where it was meant to go, and nowhere that an answer names.
    const response = await fetch(new URL(path, this.#base), { ...init, redirect: 'error' });
    if (response.ok && response.body !== null) return response.body;
    throw new Refused(`${response.status}: ${(await response.text()).slice(0, MOST_SHOWN)}`);
  }
}

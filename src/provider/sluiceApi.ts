import type { ProviderSettings } from './providerOptions.ts';
import { type ServerSentEvent, serverSentEvents } from './serverSentEvents.ts';
import { withDeadline } from './withDeadline.ts';

/** Sluice answered, and not with what was asked for. */
export class SluiceRefused extends Error {
  override readonly name = 'SluiceRefused';
  readonly status: number;
  /** As it asks by `Retry-After`, in seconds; else null. */
  readonly retryAfterMs: number | null;

  constructor(path: string, response: Response) {
    super(`${path} was answered with ${response.status}`);
    this.status = response.status;
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    this.retryAfterMs = seconds >= 0 ? seconds * 1000 : null;
  }
}

/** The answer to a request for the snapshot. `text` null: it is the one that is known. */
type SnapshotAnswer = { readonly text: string | null; readonly tag: string; readonly ageMs: number };

/** Which documents are served, of which version. */
export type Acknowledgement = { readonly versions: Readonly<Record<string, number>>; readonly leaving?: true };

/** The wire to Sluice. Every method throws where there is no right answer; no error holds the token. */
export class SluiceApi {
  readonly #settings: ProviderSettings;

  constructor(settings: ProviderSettings) {
    this.#settings = settings;
  }

  /** All documents, unless they are those of `knownTag`. */
  async snapshot(knownTag: string | null, signal: AbortSignal): Promise<SnapshotAnswer> {
    return await withDeadline(this.#settings.timeoutMs, signal, async (soon) => {
      const headers: Record<string, string> = knownTag === null ? {} : { 'if-none-match': `"${knownTag}"` };
      const response = await this.#ask('/v1/snapshot', { headers, signal: soon });
      const ageMs = ageMsOf(response.headers.get('age'));
      if (response.status === 304 && knownTag !== null) return { text: null, tag: knownTag, ageMs };
      if (response.status !== 200) throw await refused('/v1/snapshot', response);
      return { text: await response.text(), tag: bare(response.headers.get('etag')), ageMs };
    });
  }

  /** The changes since `knownTag`, for as long as the connection holds. The deadline is that of the beginning alone. */
  async stream(knownTag: string | null, signal: AbortSignal): Promise<AsyncIterable<ServerSentEvent>> {
    const { timeoutMs, client } = this.#settings;
    const path = `/v1/stream?documents=true&client=${encodeURIComponent(client)}`;
    const headers: Record<string, string> = { accept: 'text/event-stream' };
    if (knownTag !== null) headers['last-event-id'] = knownTag;
    const connection = new AbortController();
    const whole = AbortSignal.any([signal, connection.signal]);
    const response = await withDeadline(timeoutMs, whole, (soon) => {
      soon.addEventListener('abort', () => connection.abort(soon.reason), { once: true });
      return this.#ask(path, { headers, signal: whole });
    });
    if (response.status !== 200 || response.body === null) throw await refused('/v1/stream', response);
    return serverSentEvents(response.body);
  }

  async acknowledge(acknowledgement: Acknowledgement, signal: AbortSignal): Promise<void> {
    await withDeadline(this.#settings.timeoutMs, signal, async (soon) => {
      const body = JSON.stringify({ client: this.#settings.client, ...acknowledgement });
      const headers = { 'content-type': 'application/json' };
      const response = await this.#ask('/v1/acknowledgements', { method: 'POST', headers, body, signal: soon });
      if (response.status !== 204) throw await refused('/v1/acknowledgements', response);
    });
  }

  async #ask(path: string, init: RequestInit & { readonly headers: Readonly<Record<string, string>> }) {
    const { url, token } = this.#settings;
    return await fetch(`${url}${path}`, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });
  }
}

async function refused(path: string, response: Response): Promise<SluiceRefused> {
  await response.body?.cancel();
  return new SluiceRefused(path, response);
}

/** What does not say how old it is may be as old as can be. */
const ageMsOf = (seconds: string | null): number =>
  seconds !== null && /^\d+$/.test(seconds) ? Number(seconds) * 1000 : Number.POSITIVE_INFINITY;

/** An entity tag without its quotes, as events tell it. */
const bare = (entityTag: string | null): string => (entityTag ?? '').replace(/^(?:W\/)?"(.*)"$/, '$1');

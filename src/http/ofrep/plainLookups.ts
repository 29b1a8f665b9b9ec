import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger } from 'fastify';
import type { Principal } from '../../domain/governance/role.ts';
import { principalOf, refusedTo } from '../auth.ts';
import { JSON_TYPE } from '../jsonType.ts';
import { bulkAnswer } from './bulk.ts';
import { type FailureAnswer, failureAnswer } from './failure.ts';
import { FLAGS_PATH } from './flagsPath.ts';
import { jsonIn } from './lookupBody.ts';
import type { LookupDeps } from './lookupDeps.ts';
import { singleAnswer } from './single.ts';

/** As it stands in metrics: no key may become a label. */
const ROUTE = { single: `${FLAGS_PATH}/:key`, bulk: FLAGS_PATH } as const;
const JSON_TYPES: ReadonlySet<string | undefined> = new Set(['application/json', JSON_TYPE]);

const JSON_HEAD = { 'content-type': JSON_TYPE } as const;

/** One that may be answered here: who asks, and about which feature; null: about all. */
type Asked = { readonly principal: Principal; readonly key: string | null };
/** Without a text where the client has it already. */
type Answer = Omit<FailureAnswer, 'text'> & { readonly text: string | null };

/**
 * Answers lookups as nearly every client sends them, straight on Node's server: what a framework does around a request takes longer than
 * all that Sluice has to do for it (docs/performance.md). Whether a request is plain is decided by its head alone, before anything of it is
 * read, and all others are left to the routes as they came: unknown features, keys in percent signs, queries, browsers, bad tokens,
 * bodies in pieces. Both answer alike, by the same functions.
 */
export class PlainLookups {
  readonly #deps: LookupDeps;
  readonly #bodyLimitBytes: number;
  readonly #log: FastifyBaseLogger;
  #isOpen = true;

  constructor(deps: LookupDeps, options: { readonly bodyLimitBytes: number; readonly log: FastifyBaseLogger }) {
    this.#deps = deps;
    this.#bodyLimitBytes = options.bodyLimitBytes;
    this.#log = options.log;
  }

  /** Takes no more: the framework tells clients to come back on another connection. */
  stop(): void {
    this.#isOpen = false;
  }

  /** False, and nothing was touched, where the routes are to answer. Never throws: nobody is there yet who would answer that. */
  take(request: IncomingMessage, response: ServerResponse): boolean {
    const asked = this.#isOpen ? this.#askedOrNull(request) : null;
    if (asked === null) return false;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => send(response, this.#answer(asked, bytesOf(chunks), request)));
    return true;
  }

  #askedOrNull(request: IncomingMessage): Asked | null {
    try {
      return this.#asked(request);
    } catch {
      // The routes meet the same fault, and tell of it.
      return null;
    }
  }

  #asked(request: IncomingMessage): Asked | null {
    const { method, url, headers } = request;
    if (method !== 'POST' || url === undefined || !url.startsWith(FLAGS_PATH)) return null;
    if (!JSON_TYPES.has(headers['content-type']) || headers.origin !== undefined) return null;
    const length = Number(headers['content-length']);
    // Without a length it is no number, and the body comes in pieces.
    if (!(length > 0 && length <= this.#bodyLimitBytes)) return null;
    const key = this.#keyIn(url);
    if (key === undefined) return null;
    const principal = principalOf(this.#deps.tokens, request, 'lookup');
    return principal === null || refusedTo(principal, 'lookup') !== null ? null : { principal, key };
  }

  /** A feature that is here, by its very name; null for all of them. Anything else is not plain. */
  #keyIn(url: string): string | null | undefined {
    if (url.length === FLAGS_PATH.length) return null;
    const key = url.slice(FLAGS_PATH.length + 1);
    return url.charAt(FLAGS_PATH.length) === '/' && this.#deps.flags.document(key) !== undefined ? key : undefined;
  }

  #answer(asked: Asked, bytes: Buffer, request: IncomingMessage): Answer {
    const began = performance.now();
    const { principal, key } = asked;
    try {
      const body = jsonIn(bytes);
      if (key !== null)
        return { status: 200, headers: JSON_HEAD, text: singleAnswer(key, body, principal, this.#deps) };
      const { tag, text } = bulkAnswer(body, request.headers['if-none-match'], principal, this.#deps);
      if (text === null) return { status: 304, headers: { etag: tag }, text };
      return { status: 200, headers: { ...JSON_HEAD, etag: tag }, text };
    } catch (error) {
      const failed = { url: request.url ?? '', id: randomUUID(), log: this.#log };
      const answer = failureAnswer(error, failed);
      const route = key === null ? ROUTE.bulk : ROUTE.single;
      this.#deps.telemetry.request('POST', route, answer.status, (performance.now() - began) / 1000);
      return answer;
    }
  }
}

const bytesOf = (chunks: readonly Buffer[]): Buffer => {
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
};

function send(response: ServerResponse, { status, headers, text }: Answer): void {
  if (text === null) response.writeHead(status, headers).end();
  else response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) }).end(text);
}

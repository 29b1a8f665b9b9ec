import { Pool } from 'undici';
import type { HttpAnswer, HttpExchange, HttpRequest } from '../../control/ports/httpExchange.ts';
import { Endpoint } from './endpoint.ts';

export type HttpLimits = {
  /** Requests under way at a time; the others wait, and their time runs. */
  readonly connections: number;
  /** From asking to the last byte: waiting, connecting, headers and body together. */
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
};

const DEFAULT_LIMITS: HttpLimits = { connections: 16, timeoutMs: 10_000, maxResponseBytes: 8 * 1024 * 1024 };

/** What people can do something about, by the code of the error; an error's own message may hold more than should be told. */
const TOLD: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection broke off',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name not found for now',
  UND_ERR_SOCKET: 'the connection broke off',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  UND_ERR_CLOSED: 'the source is closed',
  UND_ERR_DESTROYED: 'the source is closed',
};

/** HTTP with one address over a pool of kept-alive connections. */
export class BoundedHttp implements HttpExchange {
  readonly #endpoint: Endpoint;
  readonly #limits: HttpLimits;
  readonly #pool: Pool;

  /** @throws Error that does not hold the address, where that is no http or https URL. */
  constructor(address: string, limits: Partial<HttpLimits> = {}) {
    this.#endpoint = new Endpoint(address);
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#pool = new Pool(this.#endpoint.origin, {
      connections: this.#limits.connections,
      connect: { timeout: this.#limits.timeoutMs },
      maxResponseSize: this.#limits.maxResponseBytes,
      // The deadline below is over the whole exchange.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  async exchange(request: HttpRequest, signal?: AbortSignal): Promise<HttpAnswer> {
    signal?.throwIfAborted();
    const deadline = new AbortController();
    const timeoutMs = Math.min(this.#limits.timeoutMs, request.timeoutMs ?? this.#limits.timeoutMs);
    const timer = setTimeout(() => deadline.abort(), timeoutMs);
    const ending = signal === undefined ? deadline.signal : AbortSignal.any([deadline.signal, signal]);
    try {
      return await this.#ask(request, ending);
    } catch (error) {
      signal?.throwIfAborted();
      if (deadline.signal.aborted) return failed(`no answer within ${timeoutMs / 1000} s`);
      return failed(this.#told(error));
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #ask(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const { statusCode, headers, body } = await this.#pool.request({
      method: request.method,
      path: this.#endpoint.pathTo(request.path),
      headers: { ...request.headers, ...this.#endpoint.headers() },
      body: request.body ?? null,
      signal,
    });
    const contentType = String(headers['content-type'] ?? 'no content type');
    return { kind: 'answered', status: statusCode, contentType, text: await body.text() };
  }

  #told(error: unknown): string {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no code';
    if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return `an answer above ${this.#limits.maxResponseBytes} bytes`;
    if (code.startsWith('HPE_')) return 'the answer is not HTTP';
    return TOLD[code] ?? `no exchange was possible (${code})`;
  }
}

function failed(detail: string): HttpAnswer {
  return { kind: 'failed', detail };
}

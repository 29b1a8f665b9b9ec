import { once } from 'node:events';
import { Agent, request as askHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as askHttps, Agent as TlsAgent } from 'node:https';
import type { HttpAnswer, HttpExchange, HttpRequest } from '../../control/ports/httpExchange.ts';
import { Endpoint } from './endpoint.ts';
import { Turns } from './turns.ts';

export type HttpLimits = {
  /** Requests under way at a time; the others wait, and their time runs. */
  readonly connections: number;
  /** From asking to the last byte: waiting, connecting, headers and body together. */
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
};

/** A connection that is kept for longer may have been closed by what stands between, unnoticed. */
const IDLE_MS = 4_000;
const DEFAULT_LIMITS: HttpLimits = { connections: 16, timeoutMs: 10_000, maxResponseBytes: 8 * 1024 * 1024 };

/** What people can do something about, by the code of the error; an error's own message may hold more than should be told. */
const TOLD: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection broke off',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name not found for now',
};

class TooLarge extends Error {}

/** HTTP with one address over a pool of kept-alive connections. */
export class BoundedHttp implements HttpExchange {
  readonly #endpoint: Endpoint;
  readonly #limits: HttpLimits;
  readonly #agent: Agent;
  readonly #turns: Turns;
  #isClosed = false;
  /** Whoever asked last got no answer in time. */
  #isSilent = false;

  /** @throws Error that does not hold the address, where that is no http or https URL. */
  constructor(address: string, limits: Partial<HttpLimits> = {}) {
    this.#endpoint = new Endpoint(address);
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    // Not left to the agent: a request that waits there has been made already, and thousands may wait.
    this.#turns = new Turns(this.#limits.connections);
    const options = { keepAlive: true, maxSockets: this.#limits.connections, timeout: IDLE_MS };
    this.#agent = this.#endpoint.isSecure ? new TlsAgent(options) : new Agent(options);
  }

  async exchange(request: HttpRequest, signal?: AbortSignal): Promise<HttpAnswer> {
    signal?.throwIfAborted();
    if (this.#isClosed) return failed('the source is closed');
    // Some go on asking; the others would only wait for them, and keep whoever needs them from other sources.
    if (this.#isSilent && this.#turns.isFull) return failed('no answer in time to others either');
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
    this.#isClosed = true;
    this.#agent.destroy();
  }

  async #ask(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    using _turn = await this.#turns.take(signal);
    try {
      const answer = await this.#askTwice(request, signal);
      this.#isSilent = false;
      return answer;
    } catch (error) {
      this.#isSilent = signal.aborted;
      throw error;
    }
  }

  /** A kept connection that the other side was just closing says nothing about it: asked once more, over a new one. */
  async #askTwice(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const asked = this.#begin(request, signal);
    try {
      return await this.#answerTo(asked, request);
    } catch (error) {
      if (!asked.reusedSocket || codeOf(error) !== 'ECONNRESET' || signal.aborted) throw error;
      return this.#answerTo(this.#begin(request, signal), request);
    }
  }

  #begin(request: HttpRequest, signal: AbortSignal): ClientRequest {
    const begin = this.#endpoint.isSecure ? askHttps : askHttp;
    const asked = begin(this.#endpoint.origin, {
      agent: this.#agent,
      method: request.method,
      path: this.#endpoint.pathTo(request.path),
      headers: { ...request.headers, ...this.#endpoint.headers() },
      signal,
    });
    // Whoever waits hears of it; a second error, or one after the answer, would end the process unheard.
    asked.on('error', () => {});
    return asked;
  }

  async #answerTo(asked: ClientRequest, { body }: HttpRequest): Promise<HttpAnswer> {
    asked.end(body ?? undefined);
    const response: IncomingMessage = (await once(asked, 'response'))[0];
    const contentType = response.headers['content-type'] ?? 'no content type';
    return { kind: 'answered', status: response.statusCode ?? 0, contentType, text: await this.#textOf(response) };
  }

  async #textOf(response: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response) {
      bytes += chunk.length;
      // Thrown inside the loop, it also ends the connection.
      if (bytes > this.#limits.maxResponseBytes) throw new TooLarge();
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  #told(error: unknown): string {
    const code = codeOf(error);
    if (error instanceof TooLarge) return `an answer above ${this.#limits.maxResponseBytes} bytes`;
    if (code.startsWith('HPE_')) return 'the answer is not HTTP';
    return TOLD[code] ?? `no exchange was possible (${code})`;
  }
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : 'no code');

function failed(detail: string): HttpAnswer {
  return { kind: 'failed', detail };
}

import type { z } from 'zod';
import type { HttpAnswer, HttpExchange } from '../../control/ports/httpExchange.ts';
import type { TimeRange } from '../../control/ports/metricSource.ts';
import {
  errorAnswerSchema,
  instantAnswerSchema,
  matrixAnswerSchema,
  type RangeSeries,
  type VectorSample,
} from './apiAnswer.ts';

/** What the API answered, or why that can't be used. */
export type ApiAnswer<Data> =
  | { readonly ok: true; readonly data: Data; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly detail: string };

/** Warnings go into evidence: a server that warns about each series must not fill the ledger. */
const WARNINGS_KEPT = 5;
const LONGEST_TEXT = 300;
const READINESS_TIMEOUT_MS = 2_000;

/** Prometheus' HTTP API: queries at an instant and over a range. Never throws but for an aborted signal. */
export class PrometheusClient {
  readonly #http: HttpExchange;

  constructor(http: HttpExchange) {
    this.#http = http;
  }

  instant(query: string, atMs: number, signal?: AbortSignal): Promise<ApiAnswer<readonly VectorSample[]>> {
    return this.#post('/api/v1/query', { query, time: seconds(atMs) }, instantAnswerSchema, signal);
  }

  /** The raw points of a range selector, as they were scraped. */
  matrix(query: string, atMs: number, signal?: AbortSignal): Promise<ApiAnswer<readonly RangeSeries[]>> {
    return this.#post('/api/v1/query', { query, time: seconds(atMs) }, matrixAnswerSchema, signal);
  }

  range(query: string, range: TimeRange, signal?: AbortSignal): Promise<ApiAnswer<readonly RangeSeries[]>> {
    const { fromMs, toMs, stepSeconds } = range;
    const form = { query, start: seconds(fromMs), end: seconds(toMs), step: String(stepSeconds) };
    return this.#post('/api/v1/query_range', form, matrixAnswerSchema, signal);
  }

  /** Whether queries are answered, and soon: readiness can't wait as long as a measurement can. */
  async answers(nowMs: number): Promise<ApiAnswer<readonly VectorSample[]>> {
    const form = { query: 'vector(1)', time: seconds(nowMs) };
    return this.#post('/api/v1/query', form, instantAnswerSchema, undefined, READINESS_TIMEOUT_MS);
  }

  async close(): Promise<void> {
    await this.#http.close();
  }

  async #post<Data>(
    path: string,
    form: Readonly<Record<string, string>>,
    schema: z.ZodType<{ data: Data; warnings: readonly string[] }>,
    signal: AbortSignal | undefined,
    timeoutMs?: number,
  ): Promise<ApiAnswer<Data>> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
    const body = new URLSearchParams(form).toString();
    const request = { method: 'POST', path, headers, body, ...(timeoutMs !== undefined && { timeoutMs }) } as const;
    const answer = await this.#http.exchange(request, signal);
    return answer.kind === 'failed' ? { ok: false, detail: answer.detail } : read(answer, schema);
  }
}

function read<Data>(
  answer: Extract<HttpAnswer, { kind: 'answered' }>,
  schema: z.ZodType<{ data: Data; warnings: readonly string[] }>,
): ApiAnswer<Data> {
  const json = parsed(answer.text);
  if (json === undefined)
    return { ok: false, detail: `answered ${answer.status} with ${oneLine(answer.contentType)}, not JSON` };
  const refusal = errorAnswerSchema.safeParse(json);
  if (refusal.success) {
    return { ok: false, detail: oneLine(`answered ${answer.status} ${refusal.data.errorType}: ${refusal.data.error}`) };
  }
  if (answer.status !== 200) return { ok: false, detail: `answered ${answer.status}` };
  const { success, data, error } = schema.safeParse(json);
  if (!success)
    return { ok: false, detail: `an answer of unknown shape at ${error.issues[0]?.path.join('.') || 'its root'}` };
  return { ok: true, data: data.data, warnings: data.warnings.slice(0, WARNINGS_KEPT).map(oneLine) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, LONGEST_TEXT);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

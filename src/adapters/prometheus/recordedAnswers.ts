import { PastUnreadable, type TimeRange } from '../../control/ports/metricSource.ts';
import type { PrometheusClient } from './client.ts';
import type { VectorAnswer } from './plan.ts';
import { atInstant } from './rangeSteps.ts';

/** An hour of polls at fifteen seconds: far below Prometheus' 11,000 points, and parsed in a moment that nobody else misses. */
const CHUNK_STEPS = 240;
/** Texts that were asked once: a window that grows with its exposure is another question at every poll. */
const MOST_ONCE_ASKED = 256;

/** One text may be walked through in several lanes, each so far behind the steps. */
type Asked = { readonly lane: string; readonly text: string };
type Chunk = { readonly fromMs: number; readonly untilMs: number; readonly answerAt: (atMs: number) => VectorAnswer };
type OnceAsked = { readonly atMs: number; readonly answer: Promise<VectorAnswer> };

/**
 * What queries would have answered in a stretch of the past, walked through step by step. A query that is asked a second time, later,
 * is one that every step asks: from then on it is read ahead, a chunk at a time, so that memory does not grow with the stretch.
 */
export class RecordedAnswers {
  readonly #client: PrometheusClient;
  readonly #range: TimeRange;
  readonly #signal: AbortSignal;
  readonly #chunks = new Map<string, Promise<Chunk>>();
  readonly #onceAsked = new Map<string, OnceAsked>();

  constructor(client: PrometheusClient, range: TimeRange, signal: AbortSignal) {
    this.#client = client;
    this.#range = range;
    this.#signal = signal;
  }

  /** @throws PastUnreadable */
  at(text: string, atMs: number, offsetSeconds: number): Promise<VectorAnswer> {
    // A baseline in the past walks through other steps than the window that it is compared with, and may have the same text.
    const lane = offsetSeconds === 0 ? text : `${offsetSeconds} ${text}`;
    return this.#at({ lane, text }, atMs);
  }

  async #at(asked: Asked, atMs: number): Promise<VectorAnswer> {
    const { lane } = asked;
    const reading = this.#chunks.get(lane);
    const chunk = await reading;
    // Somebody else has begun to read further meanwhile.
    if (this.#chunks.get(lane) !== reading) return this.#at(asked, atMs);
    if (chunk !== undefined && this.#holds(chunk, atMs)) return chunk.answerAt(atMs);
    if (chunk !== undefined && atMs > chunk.untilMs) return this.#readAhead(asked, atMs);
    const once = this.#onceAsked.get(lane);
    if (once?.atMs === atMs) return once.answer;
    if (chunk === undefined && once !== undefined && atMs > once.atMs) return this.#readAhead(asked, atMs);
    return this.#askOnce(asked, atMs);
  }

  #holds({ fromMs, untilMs }: Chunk, atMs: number): boolean {
    return atMs >= fromMs && atMs <= untilMs && (atMs - fromMs) % this.#stepMs === 0;
  }

  get #stepMs(): number {
    return this.#range.stepSeconds * 1000;
  }

  async #readAhead({ lane, text }: Asked, atMs: number): Promise<VectorAnswer> {
    const chunk = this.#chunkFrom(text, atMs);
    this.#chunks.set(lane, chunk);
    this.#onceAsked.delete(lane);
    return (await chunk).answerAt(atMs);
  }

  async #chunkFrom(text: string, fromMs: number): Promise<Chunk> {
    const { stepSeconds, toMs } = this.#range;
    const steps = Math.max(0, Math.min(CHUNK_STEPS - 1, Math.floor((toMs - fromMs) / this.#stepMs)));
    const untilMs = fromMs + steps * this.#stepMs;
    const answer = await this.#client.range(text, { fromMs, toMs: untilMs, stepSeconds }, this.#signal);
    if (!answer.ok) throw new PastUnreadable(answer.detail);
    return { fromMs, untilMs, answerAt: atInstant(answer) };
  }

  #askOnce({ lane, text }: Asked, atMs: number): Promise<VectorAnswer> {
    const answer = this.#instant(text, atMs);
    if (this.#onceAsked.size >= MOST_ONCE_ASKED) this.#forgetOldest();
    this.#onceAsked.set(lane, { atMs, answer });
    return answer;
  }

  async #instant(text: string, atMs: number): Promise<VectorAnswer> {
    const answer = await this.#client.instant(text, atMs, this.#signal);
    if (!answer.ok) throw new PastUnreadable(answer.detail);
    return answer;
  }

  /** A map has its keys in the order in which they came. */
  #forgetOldest(): void {
    const [oldest] = this.#onceAsked.keys();
    if (oldest !== undefined) this.#onceAsked.delete(oldest);
  }
}

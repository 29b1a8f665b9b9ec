import type { FastifyBaseLogger } from 'fastify';
import type { Application } from '../../control/application.ts';
import type { ServingTelemetry } from '../../control/ports/telemetry.ts';
import { Refusal } from '../../control/refusal.ts';
import { EventStream, type EventStreamOptions } from './eventStream.ts';

export type StreamLimits = {
  /** In this process. */
  readonly maxStreams: number;
  /** With one token, its stream key included. */
  readonly maxStreamsPerToken: number;
};

type HubDeps = StreamLimits & {
  readonly application: Pick<Application, 'configuration' | 'entryFeed' | 'tokens'>;
  readonly telemetry: ServingTelemetry;
  readonly log: FastifyBaseLogger;
};

const BEAT_MS = 1000;
const LAST_WORD_MS = 500;
/** Then others have their turn: to tell thousands takes longer than a lookup may. */
const TOLD_PER_TURN = 200;
/** Thousands that break off together come back over two seconds, not at once. */
const RETRY_MS = { least: 1000, spread: 2000, step: 619 };

/** All open streams of this process: how many there may be, when they are told, and when they end. */
export class StreamHub {
  readonly #deps: HubDeps;
  readonly #streams = new Set<EventStream>();
  readonly #ofLedger = new Set<EventStream>();
  readonly #perToken = new Map<string, number>();
  #opened = 0;
  #isTelling = false;
  #isWoken = false;
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;
  #unwatch: () => void = () => undefined;

  constructor(deps: HubDeps) {
    this.#deps = deps;
  }

  /** How many are open. */
  get size(): number {
    return this.#streams.size;
  }

  /** Whether there is room for one more; to be asked before anything is answered. */
  admit(tokenId: string): void {
    if (this.#isStopped) throw new Refusal('OVERLOADED', 'the server is stopping');
    if (this.#streams.size >= this.#deps.maxStreams)
      throw new Refusal('OVERLOADED', 'no more streams can be opened here');
    if ((this.#perToken.get(tokenId) ?? 0) < this.#deps.maxStreamsPerToken) return;
    throw new Refusal('STREAMS_FULL', `the limit is ${this.#deps.maxStreamsPerToken} streams`);
  }

  /** `ofLedger`: it tells of entries, which are found by looking. */
  open(options: Omit<EventStreamOptions, 'retryMs'>, ofLedger: boolean): void {
    const { tokenId, onEnd } = options;
    const ended = () => {
      this.#streams.delete(stream);
      this.#ofLedger.delete(stream);
      this.#count(tokenId, -1);
      if (this.#streams.size === 0) this.#rest();
      onEnd();
    };
    const stream = new EventStream({ ...options, onEnd: ended, retryMs: this.#nextRetryMs() });
    if (this.#streams.size === 0) this.#begin();
    this.#streams.add(stream);
    if (ofLedger) this.#ofLedger.add(stream);
    this.#count(tokenId, 1);
  }

  /** There may be something to tell. Not yet when this returns: whoever closes a gate does not wait for streams. */
  wake(): void {
    this.#isWoken = true;
    if (this.#isTelling || this.#streams.size === 0) return;
    this.#isTelling = true;
    setImmediate(() => this.#round());
  }

  /** Once a second: heartbeats, and the ends of streams that nobody takes, or whose token is gone. */
  beat(): void {
    if (this.#ofLedger.size > 0) this.#lookAtLedger();
    for (const stream of this.#streams) {
      if (!this.#deps.application.tokens.stands(stream.tokenId)) stream.end();
      else if (!stream.beat()) this.#drop(stream);
    }
  }

  /** Ends all, and opens no more. Who does not even take the end is not waited for. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    if (this.#streams.size > 0) this.#timer = setTimeout(() => this.#dropRest(), LAST_WORD_MS);
    for (const stream of this.#streams) stream.end();
  }

  /** With the first stream; without any there is nothing to watch. */
  #begin(): void {
    this.#timer = setInterval(() => this.beat(), BEAT_MS);
    this.#unwatch = this.#deps.application.configuration.watch(() => this.wake());
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#unwatch();
  }

  #lookAtLedger(): void {
    const { application, log } = this.#deps;
    application.entryFeed.look().then(
      () => {
        for (const stream of this.#ofLedger) stream.pump();
      },
      (error: unknown) => log.error({ err: error }, 'the ledger could not be looked at for streams'),
    );
  }

  #dropRest(): void {
    for (const stream of this.#streams) stream.drop();
  }

  /** What comes while it is under way may be news for those who had their turn already: then there is another one. */
  #round(): void {
    this.#isWoken = false;
    this.#tell(this.#streams.values());
  }

  #tell(rest: Iterator<EventStream>): void {
    for (let told = 0; told < TOLD_PER_TURN; told += 1) {
      const { done, value } = rest.next();
      if (done === true) {
        this.#isTelling = false;
        if (this.#isWoken) this.wake();
        return;
      }
      value.pump();
    }
    setImmediate(() => this.#tell(rest));
  }

  #drop(stream: EventStream): void {
    this.#deps.telemetry.streamDropped();
    stream.drop();
  }

  #count(tokenId: string, by: number): void {
    const open = (this.#perToken.get(tokenId) ?? 0) + by;
    if (open === 0) this.#perToken.delete(tokenId);
    else this.#perToken.set(tokenId, open);
  }

  /** By turns: chance is not needed to spread them. */
  #nextRetryMs(): number {
    this.#opened += 1;
    return RETRY_MS.least + ((this.#opened * RETRY_MS.step) % RETRY_MS.spread);
  }
}

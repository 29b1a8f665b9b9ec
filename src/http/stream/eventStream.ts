import type { ServerResponse } from 'node:http';
import type { EventCursor } from './eventCursor.ts';

/** Where no heartbeat is due by itself: well before the shortest idle time of proxies, which is 30 s. */
const QUIET_SECONDS = 15;
/** A client that takes nothing for so long is gone, or too slow to be told anything in time. */
const STUCK_SECONDS = 10;
const HEARTBEAT = Buffer.from(':\n\n');

export type EventStreamOptions = {
  readonly response: ServerResponse;
  readonly cursor: EventCursor;
  /** Of whoever opened it: it ends with that. */
  readonly tokenId: string;
  /** When its client is to come back after the stream broke off. */
  readonly retryMs: number;
  /** Called once, when it has ended, whoever ended it. */
  readonly onEnd: () => void;
};

/**
 * One open stream. Nothing is written while the client does not take what was written before: what waits is asked for when it does. So a
 * slow client costs no memory beyond one event and a socket's buffer, and skips what is overtaken meanwhile.
 */
export class EventStream {
  readonly tokenId: string;
  readonly #response: ServerResponse;
  readonly #cursor: EventCursor;
  #isBlocked = false;
  #quietSeconds = 0;
  #stuckSeconds = 0;

  constructor({ response, cursor, tokenId, retryMs, onEnd }: EventStreamOptions) {
    this.tokenId = tokenId;
    this.#response = response;
    this.#cursor = cursor;
    response.once('close', onEnd);
    // A client that goes while something is written is no fault; unheard, it would end the process.
    response.on('error', () => undefined);
    response.on('drain', () => this.#drained());
    this.#write(Buffer.from(`retry: ${retryMs}\n\n`));
    this.pump();
  }

  /** Writes what is to be told, as long as the client takes it. */
  pump(): void {
    while (!this.#isBlocked && !this.#response.writableEnded) {
      const event = this.#cursor.next();
      if (event === null) return;
      this.#write(event);
    }
  }

  /** Once a second. False where the client has taken nothing for too long. */
  beat(): boolean {
    if (this.#isBlocked) {
      this.#stuckSeconds += 1;
      return this.#stuckSeconds < STUCK_SECONDS;
    }
    if (this.#response.writableEnded) return true;
    this.#quietSeconds += 1;
    const event = this.#cursor.beat() ?? (this.#quietSeconds >= QUIET_SECONDS ? HEARTBEAT : null);
    if (event !== null) this.#write(event);
    return true;
  }

  /** In good order, where the client takes that: it comes back by itself. */
  end(): void {
    if (this.#isBlocked) this.drop();
    else this.#response.end();
  }

  /** For a client that would not take an end either. */
  drop(): void {
    this.#response.destroy();
  }

  #write(event: Buffer): void {
    this.#quietSeconds = 0;
    this.#isBlocked = !this.#response.write(event);
  }

  #drained(): void {
    this.#isBlocked = false;
    this.#stuckSeconds = 0;
    this.pump();
  }
}

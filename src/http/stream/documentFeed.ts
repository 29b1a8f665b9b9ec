import type { EventCursor } from './eventCursor.ts';
import type { FlagEvents } from './flagEvents.ts';

const ALIVE_EVERY_SECONDS = 5;

/** Tells each change with its document, and every few seconds how old all of it is. Whoever has missed too much is told to ask for all. */
export class DocumentFeed implements EventCursor {
  readonly #events: FlagEvents;
  /** null: the reader may have missed something. */
  #position: number | null;
  #aliveIn = 0;

  /** `tag`: what the reader has; null where it does not say. */
  constructor(events: FlagEvents, tag: string | null) {
    this.#events = events;
    this.#position = tag === null ? null : events.scope.find(tag);
  }

  next(): Buffer | null {
    const { configuration, scope } = this.#events;
    const change = this.#position === null ? 'unknown' : scope.next(this.#position);
    if (change === null || change === 'unknown') this.#position = configuration.position;
    if (change === 'unknown') return this.#events.refetch();
    if (change === null) return this.#aliveIn <= 0 ? this.#alive() : null;
    this.#position = change.position;
    return this.#events.flag(change);
  }

  beat(): Buffer | null {
    this.#aliveIn -= 1;
    return this.next();
  }

  #alive(): Buffer {
    this.#aliveIn = ALIVE_EVERY_SECONDS;
    return this.#events.alive();
  }
}

import type { EventCursor } from './eventCursor.ts';
import type { FlagEvents } from './flagEvents.ts';

/** Past the age at which a replica that has heard of nothing answers `off` for what must be closed. */
const MARGIN_SECONDS = 2;

/**
 * Tells that something has changed, and not what: any number of changes at once are one event. Tells it once more when every replica has
 * either heard of the change or grown stale: asked meanwhile, one that had not would have left the reader with an old answer for ever.
 */
export class ChangeNotices implements EventCursor {
  readonly #events: FlagEvents;
  /** null: the reader may have missed something. */
  #position: number | null;
  /** Seconds; null where there is nothing to repeat. */
  #repeatIn: number | null = null;

  /** `tag`: what the reader has; null where it does not say. */
  constructor(events: FlagEvents, tag: string | null) {
    this.#events = events;
    this.#position = tag === null ? null : events.scope.find(tag);
  }

  next(): Buffer | null {
    const { configuration, scope } = this.#events;
    if (this.#position === configuration.position) return null;
    const isNews = this.#position === null || scope.next(this.#position) !== null;
    this.#position = configuration.position;
    if (!isNews) return null;
    this.#repeatIn = Math.ceil(configuration.staleAfterMs / 1000) + MARGIN_SECONDS;
    return this.#events.refetch();
  }

  beat(): Buffer | null {
    if (this.#repeatIn === null) return null;
    this.#repeatIn -= 1;
    if (this.#repeatIn > 0) return null;
    this.#repeatIn = null;
    return this.#events.refetch();
  }
}

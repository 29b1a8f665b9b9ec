import type { EntryFeed, EntryNews } from '../../control/sight/entryFeed.ts';
import { mayTouch, type Principal } from '../../domain/governance/role.ts';
import type { EventCursor } from './eventCursor.ts';
import { eventText } from './eventText.ts';

/**
 * Tells of each entry of the ledger that the reader may see, at least once. The id, how many entries there are, comes with the last of those
 * that were found together: whoever resumes between hears of these again.
 */
export class RolloutNews implements EventCursor {
  readonly #feed: EntryFeed;
  readonly #principal: Principal;
  readonly #heard: number | null;
  /** null: not known yet, since the ledger has not been read. */
  #position: number | null = null;

  /** `heard`: up to where the reader has; null for one that begins here. */
  constructor(feed: EntryFeed, principal: Principal, heard: number | null) {
    this.#feed = feed;
    this.#principal = principal;
    this.#heard = heard;
  }

  next(): Buffer | null {
    if (this.#position === null) return this.#begin();
    for (;;) {
      const batch = this.#feed.next(this.#position);
      if (batch === 'unknown') return this.#missed();
      if (batch === null) return null;
      this.#position = batch.count;
      const seen = batch.entries.filter((entry) => entry.feature !== null && mayTouch(this.#principal, entry.feature));
      if (seen.length > 0) return batchText(seen, batch.count);
    }
  }

  beat(): null {
    return null;
  }

  #begin(): Buffer | null {
    const { count } = this.#feed;
    if (count === null) return null;
    const resumed = this.#heard === null ? count : this.#feed.resume(this.#heard);
    if (resumed === null) return this.#missed();
    this.#position = resumed;
    return eventText('{"type":"listening"}', String(resumed));
  }

  /** What was written meanwhile is in the ledger, and is not told here any more. */
  #missed(): Buffer {
    this.#position = this.#feed.count;
    return eventText('{"type":"rolloutsMissed"}', String(this.#position));
  }
}

function batchText(entries: readonly EntryNews[], count: number): Buffer {
  const last = entries.length - 1;
  return Buffer.concat(
    entries.map((entry, index) => eventText(newsText(entry), index === last ? String(count) : null)),
  );
}

function newsText({ feature, rollout, type, stage, percentageAfter, reason, at, seq }: EntryNews): string {
  const entry = { rolloutId: rollout, feature, seq, entry: type, stage, percentage: percentageAfter, reason, at };
  return JSON.stringify({ type: 'rollout', ...entry });
}

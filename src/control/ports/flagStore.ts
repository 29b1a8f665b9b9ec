import type { FlagDocument } from '../../domain/feature/flagDocument.ts';
import type { HandKnowledge, PublishReason } from '../../domain/feature/publication.ts';
import type { StoredFlag } from '../../domain/feature/storedFlag.ts';

/** From the closing's first step until the store showed it closed. */
export type Rehearsed = { readonly closedInMs: number };

/** What became of a document; `version` is the one that the store holds now. `publicationOf` says which is when. */
export type Published = {
  readonly outcome: 'stored' | 'unchanged' | 'stale' | 'edited';
  readonly version: number;
};

/**
 * Whoever wants to know what the store holds. Told of each feature in the order in which the store had it, though not of every
 * state in between; must not throw.
 */
export type FlagListener = {
  /** What the store holds of one feature now: told at first, after each change, also by hand. The same may come again. */
  readonly changed: (flag: StoredFlag) => void;
  /** All that the store held at `asOfMs` of the monotonic clock has been told; of a feature that it does not hold it says nothing. */
  readonly confirmed: (asOfMs: number, holds: (feature: string) => boolean) => void;
};

export type FlagStoreState = {
  readonly ok: boolean;
  /** For people; no secret in it. */
  readonly detail: string;
};

/**
 * Where flag documents lie for every replica. Derived from the ledger, but for what a person changes by hand. Obligations:
 * - `publish` follows `publicationOf`, atomically per feature, whoever races: nothing that the law refuses is ever visible;
 * - a stored change reaches every subscriber within a second or two, also when a message was lost;
 * - a feature that vanished from the store is no news: the last known document goes on serving until one is archived;
 * - no call outlives a few seconds: with the store away, all but `subscribe`, `state` and `close` throw `FlagStoreUnreachable`.
 *   Then nothing is known about the outcome, and the same call may be made again.
 */
export interface FlagStore {
  publish(document: FlagDocument, why: PublishReason, hand?: HandKnowledge): Promise<Published>;
  /** Takes the feature away from every subscriber. Any document of this or a lower version is stale from then on. */
  archive(feature: string, version: number): Promise<void>;
  /** Null where the store holds nothing of it. */
  read(feature: string): Promise<StoredFlag | null>;
  readAll(): Promise<readonly StoredFlag[]>;
  /** Resolves when the listener has been told everything, or the first attempt has failed; goes on until `close`. */
  subscribe(listener: FlagListener): Promise<void>;
  state(): FlagStoreState;
  /**
   * Rehearses a rollback: opens a document where no lookup can ever see it, closes it as a rollback does, sees it closed, and leaves
   * nothing behind. Any number at once are in nobody's way. Throws `FlagStoreUnreachable` also where the closing is not seen.
   */
  rehearse(): Promise<Rehearsed>;
  /** Ends every subscription, timer and connection. */
  close(): Promise<void>;
}

/** The store can't be reached, or takes no write. The ledger has it; the store gets it when it is back. */
export class FlagStoreUnreachable extends Error {
  override readonly name = 'FlagStoreUnreachable';
}

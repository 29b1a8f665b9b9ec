import type { ChainHead } from '../../domain/ledger/chain.ts';
import type { Entry, EntryDraft } from '../../domain/ledger/entry.ts';
import { type FeatureRecord, seenOf } from './featureRegister.ts';
import type { Notice } from './outbox.ts';
import type { Tick } from './rolloutRegister.ts';

/** What must still be true when the entries are written. The first that is not makes the writer the loser. */
export type Expected = {
  readonly rollout?: {
    readonly id: string;
    readonly version: number;
    /** Where it is given: of the last poll that was stored; null where none was. */
    readonly tickAtMs?: number | null;
  };
  /** The one that a start ends: superseded as it stands, or not at all. */
  readonly superseded?: { readonly id: string; readonly version: number };
  readonly contract?: { readonly id: string; readonly version: number };
  /** Those that a proposal or an opening makes use of, or the one that is spoken of. */
  readonly waivers?: readonly { readonly id: string; readonly version: number }[];
  /** Of the newest entry of the chain: nobody has written to it since; 0 where it is empty. */
  readonly seq?: number;
  /** Of the chain that is appended to: its state, and where it matters what the feature is (archived, for one) its definition. */
  readonly feature?: { readonly key: string; readonly version: number; readonly definitionVersion?: number };
  /** At most this many live real rollouts in the installation, counted with this append. */
  readonly maxLive?: number;
  /** The lease under which a tick runs; a later owner's fence makes this writer the loser. */
  readonly fence?: { readonly rolloutId: string; readonly fence: number };
};

/** The feature as it was seen: nobody has changed since what it exposes, nor what it is. */
export function unchanged(feature: FeatureRecord): Required<NonNullable<Expected['feature']>> {
  const { definitionVersion, stateVersion: version } = seenOf(feature);
  return { key: feature.definition.key, version, definitionVersion };
}

export type TickedRollout = { readonly rolloutId: string; readonly tick: Tick; readonly nextCheckAtMs: number };

export type Append = {
  /** A feature's key, or `INSTALLATION_CHAIN`. */
  readonly chain: string;
  /** In this order, linked one after the other. */
  readonly drafts: readonly EntryDraft[];
  readonly expected: Expected;
  /** Stored in the same transaction, and the lease given back. */
  readonly ticked: TickedRollout | null;
  /** Delivered after the commit, at least once. */
  readonly notices: readonly Notice[];
  readonly recordedAtMs: number;
};

export type Appended =
  | { readonly kind: 'appended'; readonly entries: readonly Entry[] }
  | {
      readonly kind: 'conflict';
      readonly over: 'rollout' | 'contract' | 'waiver' | 'feature' | 'chain' | 'concurrency' | 'lease';
    };

export type EntryPage = { readonly afterSeq: number; readonly limit: number };

/**
 * The append-only, hash-chained truth. Obligations:
 * - `append` is one transaction: the entries, the folds that other ports answer from, the tick and the outbox, or nothing;
 * - entries are linked by `link` onto the head of their chain, so a chain has no gaps and no forks, whoever races;
 * - nothing ever changes or removes an entry;
 * - a rollout that is changed without its lease (`expected.fence`) loses it: the tick under way comes to nothing, and the next one is
 *   due at once. What only tells of a rollout leaves lease and next check as they are;
 * - a feature has at most one live real rollout, whatever was expected: the second is a conflict over the feature;
 * - throws `LedgerUnreachable` where it can't answer. Then nothing is known about the outcome.
 */
export interface Ledger {
  append(append: Append): Promise<Appended>;
  /** In order of `seq`. */
  entries(chain: string, page: EntryPage): Promise<readonly Entry[]>;
  /** The entries of one rollout, in order of `seq`. */
  entriesOfRollout(rolloutId: string, page: EntryPage): Promise<readonly Entry[]>;
  head(chain: string): Promise<ChainHead>;
  /** How many entries there are in all chains together: another number tells, at little cost, that something was written. */
  count(): Promise<number>;
  /** The number of the newest entry of each chain, all as they stood at one moment. */
  heads(): Promise<ReadonlyMap<string, number>>;
  /** Answers when reading and writing work; for readiness. Throws `LedgerUnreachable`. */
  ping(): Promise<void>;
}

/** The ledger can't be reached. Closing goes on without it; opening can't. */
export class LedgerUnreachable extends Error {
  override readonly name: string = 'LedgerUnreachable';
}

/** It answers, and can't be worked with until a person has mended what the message says; no secret in it. */
export class LedgerUnfit extends LedgerUnreachable {
  override readonly name = 'LedgerUnfit';
}

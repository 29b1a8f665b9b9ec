import type { FlagListener, FlagStore, FlagStoreState, Published, Rehearsed } from '../../control/ports/flagStore.ts';
import type { FlagDocument } from '../../domain/feature/flagDocument.ts';
import { type HandKnowledge, type PublishReason, publicationOf } from '../../domain/feature/publication.ts';
import { archivedOver, type StoredFlag } from '../../domain/feature/storedFlag.ts';
import { connect } from './connection.ts';
import { type FlagFault, FlagFeed } from './flagFeed.ts';
import { storedFlagOf } from './flagFields.ts';
import { FlagHashes } from './flagHashes.ts';
import { updateFlag } from './flagUpdate.ts';
import { rehearse } from './rehearsal.ts';

export type RedisFlagStoreOptions = {
  readonly url: string;
  readonly monotonicMs: () => number;
  /** Told once for each stored text that can't be served: for the log and a counter. */
  readonly onFault: (fault: FlagFault) => void;
  /** How often a subscriber looks at the counter, and at the hand fields; how long a command may take. */
  readonly revisionCheckMs?: number;
  readonly handCheckMs?: number;
  readonly commandTimeoutMs?: number;
};

/** The flag store on Redis. Connects at once, and for ever again; `close` it. */
export class RedisFlagStore implements FlagStore {
  readonly #options: Required<RedisFlagStoreOptions>;
  readonly #hashes: FlagHashes;
  readonly #feeds: FlagFeed[] = [];
  #closed = false;

  constructor(options: RedisFlagStoreOptions) {
    this.#options = { revisionCheckMs: 1000, handCheckMs: 2000, commandTimeoutMs: 2000, ...options };
    this.#hashes = new FlagHashes(connect(options.url, 'sluice', this.#options.commandTimeoutMs));
  }

  async publish(document: FlagDocument, why: PublishReason, hand?: HandKnowledge): Promise<Published> {
    let published: Published = { outcome: 'stale', version: 0 };
    await this.#update(document.feature, (stored) => {
      const publication = publicationOf(document, stored, why, hand);
      if (publication.outcome !== 'stored') {
        published = publication;
        return null;
      }
      published = { outcome: 'stored', version: publication.flag.document.version };
      return publication.flag;
    });
    return published;
  }

  async archive(feature: string, version: number): Promise<void> {
    await this.#update(feature, (stored) => archivedOver(stored, feature, version));
  }

  async read(feature: string): Promise<StoredFlag | null> {
    return storedFlagOf(feature, await this.#hashes.read(feature));
  }

  async readAll(): Promise<readonly StoredFlag[]> {
    const features = await this.#hashes.features();
    const read = await this.#hashes.readMany(features);
    return features.map((feature, index) => storedFlagOf(feature, read[index] ?? [])).filter((flag) => flag !== null);
  }

  async subscribe(listener: FlagListener): Promise<void> {
    if (this.#closed) return;
    const { url, commandTimeoutMs } = this.#options;
    const subscriber = connect(url, 'sluice-feed', commandTimeoutMs);
    const feed = new FlagFeed({ ...this.#options, hashes: this.#hashes, subscriber, listener });
    this.#feeds.push(feed);
    await feed.start();
  }

  state(): FlagStoreState {
    const fault = this.#hashes.fault() ?? this.#feeds.map((feed) => feed.failure()).find((failure) => failure !== null);
    if (fault !== undefined) return { ok: false, detail: fault };
    const faulty = this.#feeds.flatMap((feed) => feed.faulty());
    return { ok: true, detail: faulty.length === 0 ? 'connected' : `connected; not readable: ${faulty.join(', ')}` };
  }

  rehearse(): Promise<Rehearsed> {
    return rehearse(this.#hashes, this.#options.monotonicMs);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#feeds.map((feed) => feed.close()));
    await this.#hashes.close();
  }

  /** Announced where something was written. */
  async #update(feature: string, judge: Parameters<typeof updateFlag>[2]): Promise<void> {
    if (await updateFlag(this.#hashes, { place: feature, feature }, judge)) await this.#announce(feature);
  }

  /** The write stands, whatever becomes of its announcement: subscribers find it by its version within two seconds. */
  async #announce(feature: string): Promise<void> {
    try {
      await this.#hashes.announce(feature);
    } catch (error) {
      this.#options.onFault({ of: 'announcement', feature, fault: String(error) });
    }
  }
}

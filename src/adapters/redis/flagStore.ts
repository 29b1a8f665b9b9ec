import {
  type FlagListener,
  type FlagStore,
  type FlagStoreState,
  FlagStoreUnreachable,
  type Published,
} from '../../control/ports/flagStore.ts';
import type { FlagDocument } from '../../domain/feature/flagDocument.ts';
import type { HandFields } from '../../domain/feature/handFields.ts';
import { type PublishReason, publicationOf } from '../../domain/feature/publication.ts';
import { archivedOver, type StoredFlag } from '../../domain/feature/storedFlag.ts';
import { connect } from './connection.ts';
import { type FlagFault, FlagFeed } from './flagFeed.ts';
import { fieldsOf, storedFlagOf } from './flagFields.ts';
import { FlagHashes } from './flagHashes.ts';

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

/** Each lost race means that another writer got through; so many in a row mean that something is wrong. */
const MOST_RACES = 100;

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

  async publish(document: FlagDocument, why: PublishReason, adopted?: HandFields): Promise<Published> {
    let published: Published = { outcome: 'stale', version: 0 };
    await this.#update(document.feature, (stored) => {
      const publication = publicationOf(document, stored, why, adopted);
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

  rehearse(): Promise<void> {
    return this.#hashes.rehearse();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#feeds.map((feed) => feed.close()));
    await this.#hashes.close();
  }

  /** Judges what is stored and writes only if it is still that; a lost race is judged anew. `judge` null: nothing to write. */
  async #update(
    feature: string,
    judge: (stored: StoredFlag | null) => Exclude<StoredFlag, { kind: 'unreadable' }> | null,
  ): Promise<void> {
    let fields = await this.#hashes.read(feature);
    for (let race = 0; race < MOST_RACES; race += 1) {
      const next = judge(storedFlagOf(feature, fields));
      if (next === null) return;
      const found = await this.#hashes.compareAndSet(feature, fields, fieldsOf(next));
      if (found === null) return this.#announce(feature);
      fields = found;
    }
    throw new FlagStoreUnreachable(`${MOST_RACES} writers in a row were faster`);
  }

  /** The write stands, whatever becomes of its announcement: subscribers find it by its version within two seconds. */
  async #announce(feature: string): Promise<void> {
    try {
      await this.#hashes.announce(feature);
    } catch (error) {
      this.#options.onFault({ feature, fault: `stored, not announced: ${String(error)}` });
    }
  }
}

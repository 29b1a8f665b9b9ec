import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { FlagListener } from '../../control/ports/flagStore.ts';
import { disconnect, firstAttempt } from './connection.ts';
import { CHANGED_CHANNEL, type FlagFields, handFault, storedFlagOf } from './flagFields.ts';
import type { FlagHashes } from './flagHashes.ts';

/** Something in the store that can't be served as it stands, or that subscribers will hear of later than they should. */
export type FlagFault = { readonly of: 'text' | 'announcement'; readonly feature: string; readonly fault: string };

export type FlagFeedOptions = {
  readonly hashes: FlagHashes;
  /** A connection of its own: one that subscribes can do nothing else. */
  readonly subscriber: Redis;
  readonly listener: FlagListener;
  readonly monotonicMs: () => number;
  readonly revisionCheckMs: number;
  readonly handCheckMs: number;
  /** Told once for each text that can't be served. */
  readonly onFault: (fault: FlagFault) => void;
};

const announcementSchema = z.object({ feature: z.string(), revision: z.int() });
type Announcement = z.infer<typeof announcementSchema>;

/**
 * Keeps one listener up to date. Messages make it fast; the counter, looked at each second, makes a lost message cost a
 * second; the hand fields and versions, read every two, find what was changed without any message; a reconnect reads all.
 * One piece of work at a time, so the listener hears things in the store's order.
 */
export class FlagFeed {
  readonly #options: FlagFeedOptions;
  readonly #told = new Map<string, FlagFields>();
  readonly #held = new Set<string>();
  readonly #faults = new Map<string, string>();
  readonly #announced: Announcement[] = [];
  readonly #revisionsAhead = new Set<number>();
  readonly #queued = new Set<() => Promise<void>>();
  readonly #timers: NodeJS.Timeout[] = [];
  /** Up to which the listener has been told; null where everything must be read again. */
  #revision: number | null = null;
  #failure: string | null = 'not yet read';
  #work: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: FlagFeedOptions) {
    this.#options = options;
    const { subscriber } = options;
    subscriber.on('ready', () => this.#enqueue(this.#resubscribe));
    subscriber.on('message', (_channel, text) => this.#hear(text));
    // Reconnecting is ioredis's own business; a listener must be there, or it writes to the console.
    subscriber.on('error', () => undefined);
  }

  /** Resolves after the first attempt to tell everything. */
  async start(): Promise<void> {
    const { subscriber, revisionCheckMs, handCheckMs } = this.#options;
    await firstAttempt(subscriber);
    this.#enqueue(this.#check);
    await this.#work;
    if (this.#closed) return;
    this.#timers.push(
      setInterval(() => this.#enqueue(this.#check), revisionCheckMs),
      setInterval(() => this.#enqueue(this.#checkByHand), handCheckMs),
    );
  }

  /** Null while the store answers; else why not. */
  failure(): string | null {
    return this.#failure;
  }

  /** Features whose stored text can't be served. */
  faulty(): readonly string[] {
    return [...this.#faults.keys()];
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    await disconnect(this.#options.subscriber);
    await this.#work;
  }

  /** Queues a piece of work, once: with Redis silent, checks must not pile up behind the one that waits. */
  #enqueue(work: () => Promise<void>): void {
    if (this.#queued.has(work)) return;
    this.#queued.add(work);
    this.#work = this.#work.then(async () => {
      this.#queued.delete(work);
      try {
        await work();
        this.#failure = null;
      } catch (error) {
        this.#failure = error instanceof Error ? error.message : String(error);
        // Something may have been missed.
        this.#revision = null;
      }
    });
  }

  #hear(text: string): void {
    const announcement = announcementOf(text);
    if (announcement === null) return;
    this.#announced.push(announcement);
    this.#enqueue(this.#readAnnounced);
  }

  readonly #resubscribe = async (): Promise<void> => {
    await this.#options.subscriber.subscribe(CHANGED_CHANNEL);
    this.#revision = null;
    await this.#check();
  };

  readonly #check = async (): Promise<void> => {
    const { hashes, listener, monotonicMs, subscriber } = this.#options;
    // A peer that vanished without a word: the ping times out, and ioredis connects anew.
    if (subscriber.status === 'ready') subscriber.ping().catch(() => undefined);
    const asOfMs = monotonicMs();
    const revision = await hashes.revision();
    if (revision !== this.#revision) await this.#readAll(revision);
    listener.confirmed(asOfMs, (feature) => this.#held.has(feature));
  };

  readonly #checkByHand = async (): Promise<void> => {
    const features = [...this.#told.keys()];
    const read = await this.#options.hashes.readBeside(features);
    const changed = features.filter((feature, index) => !isPrefix(read[index] ?? [], this.#told.get(feature) ?? []));
    await this.#read(changed);
  };

  readonly #readAnnounced = async (): Promise<void> => {
    const announced = this.#announced.splice(0);
    await this.#read([...new Set(announced.map(({ feature }) => feature))]);
    if (this.#revision === null) return;
    // Two writers may count in one order and be heard in the other.
    for (const { revision } of announced) if (revision > this.#revision) this.#revisionsAhead.add(revision);
    while (this.#revisionsAhead.delete(this.#revision + 1)) this.#revision += 1;
  };

  async #readAll(revision: number): Promise<void> {
    await this.#read([...new Set([...(await this.#options.hashes.features()), ...this.#told.keys()])]);
    this.#revision = revision;
    this.#revisionsAhead.clear();
  }

  async #read(features: readonly string[]): Promise<void> {
    const read = await this.#options.hashes.readMany(features);
    for (const [index, feature] of features.entries()) this.#tell(feature, read[index] ?? []);
  }

  #tell(feature: string, fields: FlagFields): void {
    const told = this.#told.get(feature);
    if (told !== undefined && told.length === fields.length && isPrefix(fields, told)) return;
    this.#told.set(feature, fields);
    const flag = storedFlagOf(feature, fields);
    // Vanished, not archived: what the listener knows goes on serving.
    if (flag === null) return void this.#held.delete(feature);
    this.#held.add(feature);
    this.#tellFault(feature, flag.kind === 'unreadable' ? flag.fault : flag.kind === 'flag' ? handFault(fields) : null);
    this.#options.listener.changed(flag);
  }

  #tellFault(feature: string, fault: string | null): void {
    if (fault === null) {
      this.#faults.delete(feature);
      return;
    }
    if (this.#faults.get(feature) === fault) return;
    this.#faults.set(feature, fault);
    this.#options.onFault({ of: 'text', feature, fault });
  }
}

const isPrefix = (fields: FlagFields, of: FlagFields) => fields.every((text, index) => text === of[index]);

function announcementOf(text: string): Announcement | null {
  try {
    return announcementSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

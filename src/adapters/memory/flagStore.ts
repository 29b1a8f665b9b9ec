import {
  type FlagListener,
  type FlagStore,
  type FlagStoreState,
  FlagStoreUnreachable,
  type Published,
  type Rehearsed,
} from '../../control/ports/flagStore.ts';
import type { FlagDocument } from '../../domain/feature/flagDocument.ts';
import { type HandKnowledge, type PublishReason, publicationOf } from '../../domain/feature/publication.ts';
import { isRehearsedClosed, REHEARSAL_CLOSED, REHEARSAL_OPEN } from '../../domain/feature/rehearsal.ts';
import { archivedOver, type StoredFlag } from '../../domain/feature/storedFlag.ts';

export type MemoryFlagStoreOptions = {
  readonly monotonicMs: () => number;
  readonly confirmEveryMs?: number;
  /** What the store holds; used as it is, not copied. */
  readonly flags?: Map<string, StoredFlag>;
};

/** The flag store of a process that is alone. Subscribers are told before `publish` answers. */
export class MemoryFlagStore implements FlagStore {
  readonly #monotonicMs: () => number;
  readonly #confirmEveryMs: number;
  readonly #flags: Map<string, StoredFlag>;
  readonly #subscriptions = new Map<FlagListener, NodeJS.Timeout>();
  #closed = false;

  constructor({ monotonicMs, confirmEveryMs = 1000, flags = new Map() }: MemoryFlagStoreOptions) {
    this.#monotonicMs = monotonicMs;
    this.#confirmEveryMs = confirmEveryMs;
    this.#flags = flags;
  }

  async publish(document: FlagDocument, why: PublishReason, hand?: HandKnowledge): Promise<Published> {
    this.#assertOpen();
    const publication = publicationOf(document, this.#flags.get(document.feature) ?? null, why, hand);
    if (publication.outcome !== 'stored') return publication;
    this.#put(publication.flag);
    return { outcome: 'stored', version: publication.flag.document.version };
  }

  async archive(feature: string, version: number): Promise<void> {
    this.#assertOpen();
    this.#put(archivedOver(this.#flags.get(feature) ?? null, feature, version));
  }

  async read(feature: string): Promise<StoredFlag | null> {
    this.#assertOpen();
    return this.#flags.get(feature) ?? null;
  }

  async readAll(): Promise<readonly StoredFlag[]> {
    this.#assertOpen();
    return [...this.#flags.values()];
  }

  async subscribe(listener: FlagListener): Promise<void> {
    if (this.#closed) return;
    for (const flag of this.#flags.values()) listener.changed(flag);
    const confirm = () => listener.confirmed(this.#monotonicMs(), (feature) => this.#flags.has(feature));
    confirm();
    this.#subscriptions.set(listener, setInterval(confirm, this.#confirmEveryMs));
  }

  state(): FlagStoreState {
    return this.#closed ? { ok: false, detail: 'closed' } : { ok: true, detail: 'in this process' };
  }

  async rehearse(): Promise<Rehearsed> {
    this.#assertOpen();
    // A store of its own: what is rehearsed there no subscriber of this one hears of.
    const shadow = new MemoryFlagStore({ monotonicMs: this.#monotonicMs });
    await shadow.publish(REHEARSAL_OPEN, 'derived');
    const beganMs = this.#monotonicMs();
    await shadow.publish(REHEARSAL_CLOSED, 'closing');
    const seen = await shadow.read(REHEARSAL_CLOSED.feature);
    if (!isRehearsedClosed(seen)) throw new FlagStoreUnreachable('a rehearsed closing was not seen');
    return { closedInMs: this.#monotonicMs() - beganMs };
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#subscriptions.values()) clearInterval(timer);
    this.#subscriptions.clear();
  }

  #put(flag: StoredFlag): void {
    this.#flags.set(flag.feature, flag);
    for (const listener of this.#subscriptions.keys()) listener.changed(flag);
  }

  #assertOpen(): void {
    if (this.#closed) throw new FlagStoreUnreachable('the flag store is closed');
  }
}

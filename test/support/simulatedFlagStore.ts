import { MemoryFlagStore } from '../../src/adapters/memory/flagStore.ts';
import {
  type FlagListener,
  type FlagStore,
  type FlagStoreState,
  FlagStoreUnreachable,
  type Published,
  type Rehearsed,
} from '../../src/control/ports/flagStore.ts';
import type { FlagDocument } from '../../src/domain/feature/flagDocument.ts';
import type { HandFields } from '../../src/domain/feature/handFields.ts';
import type { HandKnowledge, PublishReason } from '../../src/domain/feature/publication.ts';
import type { StoredFlag } from '../../src/domain/feature/storedFlag.ts';
import type { HeldClock } from './clock.ts';

/** The flag store of a simulation: it can be cut off, a hand can change it, and it needs no timer. */
export class SimulatedFlagStore implements FlagStore {
  readonly #flags = new Map<string, StoredFlag>();
  readonly #inner: MemoryFlagStore;
  readonly #clock: HeldClock;
  readonly #listeners = new Set<FlagListener>();
  #away = false;
  /** By how much closing takes longer than no time at all. */
  slowerByMs = 0;
  /** Every document that lookups could have been answered from, in order. */
  readonly served: FlagDocument[] = [];

  constructor(clock: HeldClock) {
    this.#clock = clock;
    this.#inner = new MemoryFlagStore({ monotonicMs: () => clock.nowMs(), flags: this.#flags });
  }

  cut(): void {
    this.#away = true;
  }

  mend(): void {
    this.#away = false;
    for (const flag of this.#flags.values()) this.#tell(flag.feature);
  }

  /** `HSET flags:<feature> …`, by somebody with nothing but `redis-cli`. */
  editByHand(feature: string, edits: Partial<HandFields>): void {
    const flag = this.#flags.get(feature);
    if (flag?.kind !== 'flag') throw new Error(`the store has no ${feature}`);
    this.#flags.set(feature, { ...flag, hand: { ...flag.hand, ...edits } });
    this.#tell(feature);
  }

  /** The time passes, and subscribers know to be up to date. */
  confirm(): void {
    if (this.#away) return;
    for (const listener of this.#listeners)
      listener.confirmed(this.#clock.nowMs(), (feature) => this.#flags.has(feature));
  }

  document(feature: string): FlagDocument | null {
    const flag = this.#flags.get(feature);
    return flag?.kind === 'flag' ? flag.document : null;
  }

  async publish(document: FlagDocument, why: PublishReason, hand?: HandKnowledge): Promise<Published> {
    this.#assertReachable();
    const published = await this.#inner.publish(document, why, hand);
    if (published.outcome === 'stored') this.#tell(document.feature);
    return published;
  }

  async archive(feature: string, version: number): Promise<void> {
    this.#assertReachable();
    await this.#inner.archive(feature, version);
    this.#tell(feature);
  }

  async read(feature: string): Promise<StoredFlag | null> {
    this.#assertReachable();
    return this.#inner.read(feature);
  }

  async readAll(): Promise<readonly StoredFlag[]> {
    this.#assertReachable();
    return this.#inner.readAll();
  }

  async subscribe(listener: FlagListener): Promise<void> {
    this.#listeners.add(listener);
    if (this.#away) return;
    for (const flag of this.#flags.values()) listener.changed(flag);
    listener.confirmed(this.#clock.nowMs(), (feature) => this.#flags.has(feature));
  }

  state(): FlagStoreState {
    return this.#away ? { ok: false, detail: 'cut off' } : { ok: true, detail: 'simulated' };
  }

  async rehearse(): Promise<Rehearsed> {
    this.#assertReachable();
    const { closedInMs } = await this.#inner.rehearse();
    return { closedInMs: closedInMs + this.slowerByMs };
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    await this.#inner.close();
  }

  #tell(feature: string): void {
    const flag = this.#flags.get(feature);
    if (flag === undefined) return;
    if (flag.kind === 'flag') this.served.push(flag.document);
    for (const listener of this.#listeners) listener.changed(flag);
  }

  #assertReachable(): void {
    if (this.#away) throw new FlagStoreUnreachable('the simulation has cut the store off');
  }
}

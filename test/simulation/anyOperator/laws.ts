import { expect } from 'vitest';
import { ChainVerifier } from '../../../src/domain/audit/chainVerifier.ts';
import { type Evaluation, evaluate } from '../../../src/domain/feature/evaluation.ts';
import type { FeatureState } from '../../../src/domain/feature/featureState.ts';
import { type FlagDocument, flagDocumentOf } from '../../../src/domain/feature/flagDocument.ts';
import { isLowering } from '../../../src/domain/feature/lowering.ts';
import { INSTALLATION_CHAIN } from '../../../src/domain/ledger/entry.ts';
import { findingsIn } from '../../support/audited.ts';
import { FEATURE } from '../../support/release.ts';
import { Doors } from './doors.ts';
import { keysOf, type Met, metBy, thoseOf } from './everybody.ts';
import { NEEDED, polls, type Setting, upkeep } from './setting.ts';

const ENVIRONMENT = 'test';
/** Looks on, and fails where a law does not hold. */
export class Onlooker {
  readonly #setting: Setting;
  readonly #verifiers = new Map([FEATURE, INSTALLATION_CHAIN].map((chain) => [chain, new ChainVerifier({})]));
  #doors: Doors | null = null;
  #seen = 0;
  #needs = false;
  /** At the last look. */
  #inBefore: Met = new Set();

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  /** After every act. With the ledger away nobody can tell. */
  async looks(): Promise<void> {
    const { world, away } = this.#setting;
    expect(world.faults).toEqual([]);
    if (away.ledger) return;
    for (const [chain, verifier] of this.#verifiers) await this.#verify(chain, verifier);
    const { state, document } = await this.#ledgersWord();
    expect(state.exposure).toMatchObject(told(state));
    await this.#followDoors(document);
    if (!away.store) this.#servesNoMoreThan(document);
  }

  /** All is mended and was polled twice: ledger, store and lookups have come together. */
  async looksAtTheEnd(): Promise<void> {
    const { world, replica } = this.#setting;
    world.kept.mend();
    world.store.mend();
    Object.assign(this.#setting.away, { ledger: false, store: false });
    for (let polled = 0; polled < 2; polled += 1) {
      await polls(this.#setting, 1);
      await upkeep(this.#setting, 3);
    }
    await this.looks();
    const { document } = await this.#ledgersWord();
    const ledgers = exposedBy(document);
    expect(exposedBy(world.store.document(FEATURE))).toEqual(ledgers);
    expect(exposedBy(replica.view.document(FEATURE))).toEqual(this.#setting.hadOutage ? orCapped(ledgers) : ledgers);
    expect(await world.late.all()).toEqual([]);
  }

  async #verify(chain: string, verifier: ChainVerifier): Promise<void> {
    const { world, hadOutage } = this.#setting;
    const afterSeq = verifier.report(0).entries;
    for (const entry of await world.kept.ledger.entries(chain, { afterSeq, limit: 100_000 })) verifier.take(entry);
    const report = verifier.report(world.clock.nowMs());
    expect(findingsIn(report, { but: hadOutage ? ['INV-RWG-ROLLBACK'] : [] })).toEqual([]);
  }

  async #ledgersWord(): Promise<{ readonly state: FeatureState; readonly document: FlagDocument }> {
    const feature = await this.#setting.world.kept.features.get(FEATURE);
    if (feature === null) throw new Error('the feature is there from the beginning');
    const { definition, state } = feature;
    return { state, document: flagDocumentOf(definition, state.exposure, ENVIRONMENT) };
  }

  #servesNoMoreThan(document: FlagDocument): void {
    const served = this.#setting.replica.view.document(FEATURE);
    if (served === undefined || isLowering(served, document)) return;
    expect(served, 'lookups are above the word of the ledger').toEqual(document);
  }

  /** What people meet, one by one: everybody who is met came through a door, and nobody is lost but by what closes. */
  async #followDoors({ salt }: FlagDocument): Promise<void> {
    const { world, away, hadOutage } = this.#setting;
    const { view } = this.#setting.replica;
    this.#doors ??= new Doors(salt);
    const entries = await world.kept.ledger.entries(FEATURE, { afterSeq: this.#seen, limit: 100_000 });
    this.#seen += entries.length;
    expect(entries.flatMap((entry) => this.#doors?.take(entry) ?? [])).toEqual([]);
    const served = view.document(FEATURE);
    if (served === undefined || away.store) return;
    // A view that nothing has fed for a while closes live rollouts, whatever the ledger says: it is asked as if it were fresh.
    const fresh = { document: (key: string) => view.document(key), hardKilled: () => false, isStale: () => false };
    const met = thoseOf((who) => isOn(evaluate(served, who, fresh)));
    const letIn = this.#doors.in.intersection(await this.#metByNeeded());
    expect(keysOf(met.difference(letIn)), 'SLU-DOOR: lookups meet who came through no door').toEqual([]);
    const { paused: _, ...edits } = view.edits(FEATURE);
    if (hadOutage || Object.values(edits).some((edit) => edit !== null)) return;
    expect(keysOf(letIn.difference(met)), 'SLU-STICKY: lookups lose who was let in').toEqual([]);
  }

  /** Everybody, where the feature needs no other one. What it needs may be dropped only while nobody is met. */
  async #metByNeeded(): Promise<Met> {
    const { features } = this.#setting.world.kept;
    const [feature, needed] = [await features.get(FEATURE), await features.get(NEEDED)];
    const needs = feature?.definition.prerequisites.length === 1;
    const inNow: Met = this.#doors?.in ?? new Set();
    const stayed = this.#needs && !needs ? inNow.intersection(this.#inBefore) : new Set<never>();
    expect(keysOf(stayed), 'SLU-DOOR: a prerequisite was dropped while people were in').toEqual([]);
    this.#needs = needs;
    this.#inBefore = inNow;
    if (!needs || needed === null) return thoseOf(() => true);
    return metBy(needed.state.exposure, needed.definition.salt);
  }
}

const isOn = (answer: Evaluation) => answer.kind === 'resolved' && answer.variant === 'on';

/**
 * A cap whose end lookups have not heard of, the store being away, is laid over by the next closing: they keep it until there is
 * another document.
 */
const orCapped = (exposed: ReturnType<typeof exposedBy>) =>
  exposed !== null && 'caps' in exposed ? { ...exposed, caps: expect.objectContaining(exposed.caps) } : exposed;

/** Whoever is met by it. Killed, it meets nobody, whatever else it says. */
function exposedBy(document: FlagDocument | null | undefined) {
  if (document == null) return null;
  const { revisionAt: _, killed, ...exposes } = document;
  return killed ? { killed, version: exposes.version } : { killed, ...exposes };
}

/** Caps and raises, as the overrides tell of them. */
function told({ overrides }: FeatureState) {
  const of = (raises: boolean) =>
    Object.fromEntries(
      Object.entries(overrides)
        .filter(([, override]) => override.raises === raises)
        .map(([workspace, { threshold }]) => [workspace, threshold]),
    );
  return { caps: of(false), raises: of(true) };
}

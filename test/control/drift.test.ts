import { describe, expect, it, onTestFinished } from 'vitest';
import { MemoryFlagStore } from '../../src/adapters/memory/flagStore.ts';
import { type Ledger, LedgerUnreachable } from '../../src/control/ports/ledger.ts';
import { type HandFields, UNTOUCHED } from '../../src/domain/feature/handFields.ts';
import { INTERNAL } from '../../src/domain/feature/scope.ts';
import type { StoredFlag } from '../../src/domain/feature/storedFlag.ts';
import { audited, findingsIn } from '../support/audited.ts';
import { forged, the } from '../support/forged.ts';
import { MemoryJournal } from '../support/memoryJournal.ts';
import { proposalInput, stageInput } from '../support/proposals.ts';
import { exposed, FEATURE, healthy, inStage, startedRollout, stateOf, until } from '../support/release.ts';
import {
  ANNA,
  butFor,
  chainOf,
  OLGA,
  person,
  poll,
  pollFor,
  type Replaced,
  type Replica,
  startReplica,
  type World,
  worldOf,
} from '../support/simulatedInstallation.ts';

const MINUTE = 60_000;

/** A release at 10 % of everyone. */
async function atTen(replacedIn: (world: World) => Replaced = () => ({})) {
  const world = worldOf({ pollIntervalMs: 5 * MINUTE });
  healthy(world);
  const replica = await startReplica(world, replacedIn(world));
  const id = await startedRollout(replica, proposalInput());
  await until(replica, id, inStage(0));
  return { world, replica, id };
}

/** A closing whose process has lost its journal and the way to the ledger: the flag store alone knows. */
async function closedUnheard({ store }: World, workspaceId: string) {
  const document = store.document(FEATURE);
  if (document === null) throw new Error('nothing is served');
  const caps = { ...document.caps, [workspaceId]: 0 };
  await store.publish({ ...document, caps, version: document.version + 1 }, 'closing');
}

const wish = (percentage: number, expiresAtMs: number | null = null) => ({
  threshold: percentage * 1000,
  expiresAtMs,
  comment: 'their wish',
});

const findingsOf = async (world: World) => findingsIn(audited(await chainOf(world, FEATURE), world.clock.nowMs()));
const typesOf = async (world: World) => (await chainOf(world, FEATURE)).map(({ type }) => type);
const entryOf = async (world: World, type: string) =>
  (await chainOf(world, FEATURE)).findLast((told) => told.type === type);

describe("a text in the store that can not be read, of a version above the ledger's", () => {
  const unreadable = { kind: 'unreadable', feature: FEATURE, version: 99, fault: 'damaged', hand: UNTOUCHED } as const;

  async function damaged(newerSchema: boolean) {
    const world = worldOf({ pollIntervalMs: 5 * MINUTE });
    healthy(world);
    const flags = new Map<string, StoredFlag>();
    const store = new MemoryFlagStore({ monotonicMs: () => world.clock.nowMs(), flags });
    onTestFinished(() => store.close());
    const replica = await startReplica(world, { store });
    await startedRollout(replica, proposalInput());
    flags.set(FEATURE, { ...unreadable, newerSchema });
    for (let pass = 0; pass < 2; pass += 1) await replica.reconciler.run();
    return { world, found: flags.get(FEATURE) };
  }

  it('is replaced by the ledger, which counts past it and says so', async () => {
    const { world, found } = await damaged(false);
    expect(found).toMatchObject({ kind: 'flag', document: { version: 100 } });
    expect(await typesOf(world)).toContain('driftRepaired');
    expect(await findingsOf(world)).toEqual([]);
  });

  it('stays where a newer Sluice has written it', async () => {
    const { world, found } = await damaged(true);
    expect(found).toEqual({ ...unreadable, newerSchema: true });
    expect(await typesOf(world)).not.toContain('driftRepaired');
  });
});

const internal = (stageId: string, percentage: number) =>
  stageInput(stageId, percentage, { scope: INTERNAL, audience: 'INTERNAL' });

/** Seconds, in which everybody looks and nobody's stage is over. `seen`: what each of them finds. */
async function watched<T>(world: World, replicas: readonly Replica[], look: () => T): Promise<readonly T[]> {
  const seen: T[] = [];
  for (let pass = 0; pass < 8; pass += 1) {
    world.clock.advance(3_000);
    world.store.confirm();
    for (const replica of replicas) await replica.reconciler.run().catch(unlessCut);
    seen.push(look());
  }
  return seen;
}
function unlessCut(error: unknown): void {
  if (!(error instanceof LedgerUnreachable)) throw error;
}

const handIn = async ({ store }: World): Promise<Partial<HandFields>> => {
  const stored = await store.read(FEATURE);
  return stored?.kind === 'flag' ? stored.hand : {};
};

describe('what a hand has lowered, adopted while a person pauses', () => {
  it('STATES: rests on the rollout as it was seen, and is looked at again', async () => {
    const person: { pauses: () => Promise<unknown> } = { pauses: async () => {} };
    const pausedBefore = ({ ledger }: World['kept']): Ledger =>
      butFor(ledger, {
        append: async (append) => {
          if (append.drafts.some(({ type }) => type === 'driftAdopted')) await person.pauses();
          return ledger.append(append);
        },
      });
    const { world, replica, id } = await atTen(({ kept }) => ({ kept: { ...kept, ledger: pausedBefore(kept) } }));
    person.pauses = () => replica.closings.pause(OLGA, id, 'careful');
    world.store.editByHand(FEATURE, { rolloutPercent: 4 });
    await pollFor(replica, 20 * MINUTE);
    const types = (await chainOf(world, FEATURE)).map(({ type }) => type);
    expect(types.filter((type) => type === 'paused' || type === 'driftAdopted')).toEqual(['paused', 'driftAdopted']);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'PAUSED', threshold: 4_000 });
    expect(exposed(replica)).toEqual({ here: 4_000, stored: 4_000 });
    expect(await findingsOf(world)).toEqual([]);
  });
});

describe('a closing of one workspace that the ledger has not heard of', () => {
  it('is adopted, and the release goes on as it was', async () => {
    const { world, replica, id } = await atTen();
    const before = await stateOf(replica, id);
    await closedUnheard(world, 'acme');
    await pollFor(replica, 20 * MINUTE);
    expect(world.store.document(FEATURE)?.caps).toEqual({ acme: 0 });
    expect(replica.view.document(FEATURE)?.caps).toEqual({ acme: 0 });
    expect((await world.kept.features.get(FEATURE))?.state.exposure.caps).toEqual({ acme: 0 });
    const { wedgeState, version, exposureChangedAtMs } = before;
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState, version, exposureChangedAtMs });
    expect((await chainOf(world, FEATURE)).findLast(({ type }) => type === 'driftAdopted')).toMatchObject({
      rollout: null,
      actor: { subject: 'flag-store' },
      data: { found: expect.stringMatching(/narrowed acme$/) },
    });
    await until(replica, id, inStage(1));
    expect(world.store.document(FEATURE)?.caps).toEqual({ acme: 0 });
    expect(await findingsOf(world)).toEqual([]);
  });

  it('SLU-DOOR: is an override like any other: shown, and lifted by two', async () => {
    const { world, replica } = await atTen();
    await closedUnheard(world, 'acme');
    await pollFor(replica, 10 * MINUTE);
    const override = { threshold: 0, expiresAtMs: null, raises: false, setBy: { subject: 'flag-store' } };
    expect(await replica.overrides.get(FEATURE, 'acme')).toMatchObject({ override });
    expect(await replica.overrides.set(OLGA, FEATURE, 'acme', wish(5))).toMatchObject({ outcome: 'waiting' });
    expect(world.store.document(FEATURE)?.caps).toEqual({ acme: 0 });
    expect(await replica.overrides.set(ANNA, FEATURE, 'acme', wish(5))).toMatchObject({ outcome: 'set' });
    expect(world.store.document(FEATURE)?.caps).toEqual({ acme: 5_000 });
    expect(await findingsOf(world)).toEqual([]);
  });

  it('SLU-DOOR: outlasts the end of the cap that stood, and the wish to lift that; the verifier holds it, too', async () => {
    const { world, replica } = await atTen();
    const soon = world.clock.nowMs() + 30 * MINUTE;
    await replica.overrides.set(OLGA, FEATURE, 'acme', wish(5, soon));
    await replica.overrides.remove(OLGA, FEATURE, 'acme', null);
    await closedUnheard(world, 'acme');
    await pollFor(replica, 60 * MINUTE);
    expect(world.store.document(FEATURE)?.caps).toEqual({ acme: 0 });
    expect(await replica.overrides.remove(ANNA, FEATURE, 'acme', 'agreed')).toMatchObject({ outcome: 'waiting' });
    await replica.overrides.remove(person('emil', 'approver'), FEATURE, 'acme', 'agreed');
    expect(world.store.document(FEATURE)?.caps).toEqual({});
    const chain = await chainOf(world, FEATURE);
    expect(findingsIn(audited(chain, world.clock.nowMs()))).toEqual([]);
    const expired = forged(chain, (entries) => {
      the(entries, 'overrideRemoved', -1).data.cause = 'expired';
      entries.splice(entries.indexOf(the(entries, 'overrideRequested', -1)), 1);
    });
    expect(findingsIn(audited(expired, world.clock.nowMs()))).toEqual([
      expect.stringMatching(/^SLU-DOOR: .*lets in more of the workspace acme/),
    ]);
  });

  it('beside a lower percentage by hand is adopted with it, and that pauses', async () => {
    const { world, replica, id } = await atTen();
    await closedUnheard(world, 'acme');
    world.store.editByHand(FEATURE, { rolloutPercent: 4 });
    await pollFor(replica, 20 * MINUTE);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'PAUSED', threshold: 4_000 });
    expect(world.store.document(FEATURE)?.caps).toEqual({ acme: 0 });
    expect(await findingsOf(world)).toEqual([]);
  });

  it('is no percentage by hand: one that lowers nothing but a raised workspace pauses still', async () => {
    const { world, replica, id } = await atTen();
    await replica.overrides.set(OLGA, FEATURE, 'acme', wish(50));
    await replica.overrides.set(ANNA, FEATURE, 'acme', wish(50));
    world.store.editByHand(FEATURE, { rolloutPercent: 20 });
    await pollFor(replica, 20 * MINUTE);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'PAUSED', threshold: 10_000 });
    expect(world.store.document(FEATURE)?.raises).toEqual({ acme: 20_000 });
    expect(await findingsOf(world)).toEqual([]);
  });
});

describe('SLU-CLOSE: what a hand has lowered, beside a field that would raise', () => {
  it('a kill is adopted, and stays', async () => {
    const { world, replica, id } = await atTen();
    world.store.editByHand(FEATURE, { enabled: false, rolloutPercent: 80 });
    const seen = await watched(world, [replica], () => replica.view.document(FEATURE)?.killed);
    expect(new Set(seen)).toEqual(new Set([true]));
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
    expect((await typesOf(world)).slice(-4)).toEqual(['killed', 'rolledBack', 'exposureRemoved', 'driftRepaired']);
    expect(await entryOf(world, 'killed')).toMatchObject({ actor: { subject: 'flag-store' } });
    expect(await handIn(world)).toMatchObject({ enabled: false, rolloutPercent: 0 });
    expect(await findingsOf(world)).toEqual([]);
  });

  it('a lower percentage is adopted, the raise is put back in the same step, and both are told', async () => {
    const world = worldOf({ pollIntervalMs: 5 * MINUTE });
    healthy(world);
    const replica = await startReplica(world);
    const wedgeStages = [internal('few', 20), internal('most', 80), stageInput('all', 90)];
    const id = await startedRollout(replica, proposalInput({}, { wedgeStages }));
    await until(replica, id, inStage(0));
    world.store.editByHand(FEATURE, { internalOnly: false, rolloutPercent: 5 });
    const seen = await watched(world, [replica], () => replica.view.document(FEATURE)?.grants);
    expect(seen.every((grants) => grants?.length === 1 && grants[0]?.threshold === 5_000)).toBe(true);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'PAUSED', threshold: 5_000 });
    expect((await typesOf(world)).slice(-3)).toEqual(['driftAdopted', 'paused', 'driftRepaired']);
    const found = 'enabled true, internal_only false, rollout_percent 5';
    expect(await entryOf(world, 'driftRepaired')).toMatchObject({ percentageBefore: 5, data: { found } });
    expect(await handIn(world)).toMatchObject({ internalOnly: true, rolloutPercent: 5 });
    expect(await findingsOf(world)).toEqual([]);
  });

  it('a raise alone is never served, put back, and told, and nothing is paused', async () => {
    const { world, replica, id } = await atTen();
    world.store.editByHand(FEATURE, { rolloutPercent: 80 });
    const seen = await watched(world, [replica], () => exposed(replica).here);
    expect(new Set(seen)).toEqual(new Set([10_000]));
    expect((await typesOf(world)).at(-1)).toBe('driftRepaired');
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE' });
    expect(await handIn(world)).toMatchObject({ rolloutPercent: 10 });
    expect(await findingsOf(world)).toEqual([]);
  });
});

describe('what a hand lowers under a kill', () => {
  async function killedComplete() {
    const { world, replica, id } = await atTen();
    await until(replica, id, ({ wedgeState }) => wedgeState === 'COMPLETE');
    await replica.closings.kill(OLGA, FEATURE, 'burning');
    await poll(replica);
    return { world, replica };
  }

  async function revived(replica: Replica) {
    await replica.features.revive(OLGA, FEATURE, 'mended');
    await replica.features.revive(ANNA, FEATURE, 'mended');
    await pollFor(replica, 10 * MINUTE);
  }

  it('SLU-DOOR: is adopted, and is all that there is once the feature is revived', async () => {
    const { world, replica } = await killedComplete();
    world.store.editByHand(FEATURE, { rolloutPercent: 5 });
    await pollFor(replica, 10 * MINUTE);
    expect((await typesOf(world)).at(-1)).toBe('driftAdopted');
    expect(replica.view.document(FEATURE)).toMatchObject({ killed: true, grants: [{ threshold: 5_000 }] });
    await revived(replica);
    expect(replica.view.document(FEATURE)?.killed).toBe(false);
    expect(exposed(replica)).toEqual({ here: 5_000, stored: 5_000 });
    expect(await findingsOf(world)).toEqual([]);
  });

  it('SLU-DOOR: is adopted also where the same hand has killed it', async () => {
    const { world, replica, id } = await atTen();
    await until(replica, id, ({ wedgeState }) => wedgeState === 'COMPLETE');
    world.store.editByHand(FEATURE, { enabled: false, rolloutPercent: 5 });
    await pollFor(replica, 30 * MINUTE);
    const types = (await typesOf(world)).filter((type) => type === 'killed' || type.startsWith('drift'));
    expect(types).toEqual(['killed', 'driftAdopted']);
    await revived(replica);
    expect(exposed(replica)).toEqual({ here: 5_000, stored: 5_000 });
    expect(await findingsOf(world)).toEqual([]);
  });

  it('SLU-DOOR: is adopted beside a kill that the same hand lifts, which is put back', async () => {
    const { world, replica } = await killedComplete();
    world.store.editByHand(FEATURE, { enabled: true, rolloutPercent: 5 });
    const seen = await watched(world, [replica], () => replica.view.document(FEATURE)?.killed);
    expect(new Set(seen)).toEqual(new Set([true]));
    expect((await typesOf(world)).slice(-2)).toEqual(['driftAdopted', 'driftRepaired']);
    expect(await handIn(world)).toMatchObject({ enabled: false, rolloutPercent: 5 });
    expect(await findingsOf(world)).toEqual([]);
  });
});

describe('SLU-CLOSE: a rollback by a process that is cut off from the ledger', () => {
  async function rolledBackApart() {
    const world = worldOf({ pollIntervalMs: 5 * MINUTE });
    healthy(world);
    const line = { isCut: false };
    const other = await startReplica(world);
    const mine = await startReplica({ ...world, late: new MemoryJournal() }, { kept: keptOver(world.kept, line) });
    await other.features.create(OLGA, { key: 'accounts' });
    const id = await startedRollout(mine, proposalInput());
    await until(mine, id, inStage(1));
    line.isCut = true;
    await mine.closings.rollback(OLGA, id, { to: 'zero', comment: 'burning' });
    expect(exposed(other)).toEqual({ here: 0, stored: 0 });
    return { world, mine, other, id, line };
  }

  it.for<[string, (world: World, other: Replica) => Promise<unknown>]>([
    ['nobody does anything', async () => {}],
    [
      'somebody adds a prerequisite elsewhere',
      (_, other) => {
        const prerequisites = [{ feature: 'accounts', variant: 'on' as const }];
        return other.features.patch(OLGA, FEATURE, { prerequisites }, null);
      },
    ],
    ['a hand types a raise', async ({ store }) => store.editByHand(FEATURE, { rolloutPercent: 80 })],
  ])('is adopted by another one where %s', async ([, happens]) => {
    const { world, mine, other, id, line } = await rolledBackApart();
    await happens(world, other);
    const seen = await watched(world, [other, mine], () => exposed(other));
    for (const found of seen) expect(found).toEqual({ here: 0, stored: 0 });
    expect(await stateOf(other, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
    line.isCut = false;
    await watched(world, [other, mine], () => undefined);
    expect((await typesOf(world)).filter((type) => type === 'rolledBack')).toHaveLength(1);
    expect(await findingsOf(world)).toEqual([]);
  });
});

describe('a rollback to the previous stage that the store alone knows', () => {
  it("leaves the live rollout's own grant where its index says", async () => {
    const world = worldOf({ pollIntervalMs: 5 * MINUTE });
    healthy(world);
    const replica = await startReplica(world);
    const wedgeStages = [internal('few', 20), internal('most', 80), stageInput('all', 10)];
    const id = await startedRollout(replica, proposalInput({}, { wedgeStages }));
    await until(replica, id, inStage(2));
    const document = world.store.document(FEATURE);
    if (document === null || document.live === null) throw new Error('nothing is live');
    const back = { grants: document.grants.slice(0, 1), live: { ...document.live, stage: 'most', grant: 0 } };
    await world.store.publish({ ...document, ...back, version: document.version + 1 }, 'closing');
    await pollFor(replica, 20 * MINUTE);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'PAUSED', threshold: 0 });
    expect(world.store.document(FEATURE)).toMatchObject({
      grants: [{ scope: INTERNAL, threshold: 80_000 }, { threshold: 0 }],
      live: { stage: 'all', grant: 1 },
    });
    const who = { targetingKey: 'u', workspaceId: null, groups: ['internal'], region: null, tier: null };
    expect(replica.view.evaluate(FEATURE, who)).toMatchObject({ metadata: { stage: 'all', percentage: 0 } });
    expect(await findingsOf(world)).toEqual([]);
  });
});

/** The same, by a line of its own that can be cut. */
function keptOver(
  { ledger, rollouts, features, contracts, waivers }: World['kept'],
  line: { readonly isCut: boolean },
) {
  const over = <T extends object>(port: T): T =>
    new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return async (...said: readonly unknown[]) => {
          if (line.isCut) throw new LedgerUnreachable('the line was cut');
          return Reflect.apply(member, target, said);
        };
      },
    });
  return {
    ...{ ledger: over(ledger), rollouts: over(rollouts), features: over(features) },
    ...{ contracts: over(contracts), waivers: over(waivers) },
  };
}

describe('what a hand has lowered beside a document that has missed an opening', () => {
  it('is adopted alone: nobody is said to have killed what was revived', async () => {
    const { world, replica } = await atTen();
    await replica.closings.kill(OLGA, FEATURE, 'burning');
    world.store.editByHand(FEATURE, { internalOnly: true });
    await replica.features.revive(ANNA, FEATURE, 'mended');
    await pollFor(replica, 15 * MINUTE);
    expect((await chainOf(world, FEATURE)).filter(({ type }) => type === 'killed')).toHaveLength(1);
    expect(world.store.document(FEATURE)).toMatchObject({ killed: false, grants: [] });
    expect(await findingsOf(world)).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../src/control/ports/ledger.ts';
import { audited, findingsIn } from '../support/audited.ts';
import { forged, the } from '../support/forged.ts';
import { proposalInput } from '../support/proposals.ts';
import { exposed, FEATURE, healthy, inStage, startedRollout, stateOf, until } from '../support/release.ts';
import {
  ANNA,
  butFor,
  chainOf,
  OLGA,
  person,
  pollFor,
  type Replaced,
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

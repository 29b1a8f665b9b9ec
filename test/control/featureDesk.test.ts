import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../src/control/ports/ledger.ts';
import { evaluate } from '../../src/domain/feature/evaluation.ts';
import type { EntryDraft } from '../../src/domain/ledger/entry.ts';
import { proposalInput } from '../support/proposals.ts';
import { createdRollout, FEATURE, healthy, stateOf, wishFor } from '../support/release.ts';
import {
  ANNA,
  butFor,
  OLGA,
  type Replica,
  startReplica,
  type World,
  worldOf,
} from '../support/simulatedInstallation.ts';

const SWAPPED = { on: false, off: true };

async function installation() {
  const world = worldOf();
  healthy(world);
  return { world, replica: await startReplica(world) };
}

async function withFeature() {
  const made = await installation();
  await made.replica.features.create(OLGA, { key: FEATURE });
  return made;
}

/** What lookups are answered where no grant lets them in. */
function answered({ view }: Replica) {
  const document = view.document(FEATURE);
  if (document === undefined) throw new Error('no document is served');
  const lookup = { document: () => undefined, hardKilled: () => false, isStale: () => false };
  const context = { targetingKey: 'u-1', workspaceId: null, groups: [], region: null, tier: null };
  const answer = evaluate(document, context, lookup);
  return answer.kind === 'resolved' ? answer.value : answer.kind;
}

const patch = (replica: Replica, input: object) => replica.features.patch(OLGA, FEATURE, input, null);
const kill = (replica: Replica) => replica.closings.kill(OLGA, FEATURE, 'fire');
const refusal = (code: string, ...paths: readonly string[]) => ({
  code,
  ...(paths.length === 0 ? {} : { more: { violations: paths.map((path) => expect.objectContaining({ path })) } }),
});

describe('a change of what a feature answers', () => {
  it('SLU-DOOR: gives nobody the feature as `off`: not of one that was never released, not of one that is killed', async () => {
    const { replica } = await withFeature();
    await expect(patch(replica, { variants: SWAPPED })).rejects.toMatchObject(
      refusal('WOULD_RAISE_EXPOSURE', '$.variants.off'),
    );
    await kill(replica);
    await expect(patch(replica, { variants: SWAPPED })).rejects.toMatchObject(
      refusal('WOULD_RAISE_EXPOSURE', '$.variants.off'),
    );
    expect(answered(replica)).toBe(false);
  });

  it('may be of `on` while nobody meets it, and is told lookups', async () => {
    const { replica } = await installation();
    await replica.features.create(OLGA, { key: FEATURE, variants: { on: 'blue', off: 'none' } });
    await patch(replica, { variants: { on: 'green', off: 'none' } });
    expect(replica.view.document(FEATURE)).toMatchObject({ variants: { on: 'green', off: 'none' } });
  });

  it('is refused with all that is wrong with it while a workspace alone meets it', async () => {
    const { replica } = await installation();
    await replica.features.create(OLGA, { key: 'base' });
    const prerequisites = [{ feature: 'base', variant: 'on' }];
    await replica.features.create(OLGA, { key: FEATURE, variants: { on: 'blue', off: 'none' }, prerequisites });
    const wish = { threshold: 100_000, expiresAtMs: null, comment: 'their wish' };
    for (const who of [OLGA, ANNA]) await replica.overrides.set(who, FEATURE, 'acme', wish);
    expect(replica.view.document(FEATURE)).toMatchObject({ grants: [], raises: { acme: 100_000 } });
    const change = patch(replica, { variants: { on: 'green', off: 'some' }, prerequisites: [] });
    await expect(change).rejects.toMatchObject(
      refusal('WOULD_RAISE_EXPOSURE', '$.variants.off', '$.variants.on', '$.prerequisites'),
    );
  });

  it('is refused where a feature would need one that is not there, itself, or one that needs it, all at once', async () => {
    const { replica } = await installation();
    const needs = (...features: readonly string[]) => features.map((feature) => ({ feature, variant: 'on' as const }));
    await replica.features.create(OLGA, { key: 'base' });
    await replica.features.create(OLGA, { key: 'middle', prerequisites: needs('base') });
    await replica.features.create(OLGA, { key: FEATURE, prerequisites: needs('middle') });
    await replica.features.create(OLGA, { key: 'gone' });
    await replica.features.archive(OLGA, 'gone');
    const circle = replica.features.patch(
      OLGA,
      'base',
      { prerequisites: needs(FEATURE, 'typo', 'base', 'gone') },
      null,
    );
    const broken = ['CIRCULAR', 'UNKNOWN', 'CIRCULAR', 'UNKNOWN'].map((what, index) => ({
      rule: `PREREQUISITE_${what}`,
      path: `$.prerequisites[${index}].feature`,
    }));
    await expect(circle).rejects.toMatchObject({ code: 'SCHEMA', more: { violations: broken } });
    const made = replica.features.create(OLGA, { key: 'new', prerequisites: needs('new') });
    await expect(made).rejects.toMatchObject({ more: { violations: [{ rule: 'PREREQUISITE_CIRCULAR' }] } });
    expect((await replica.features.get('base')).definition.prerequisites).toEqual([]);
    await expect(replica.features.get('new')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await replica.features.patch(OLGA, FEATURE, { prerequisites: needs('base', 'middle') }, null);
  });

  it('can not make both answers one, nor can a new feature have them', async () => {
    const { replica } = await withFeature();
    const same = { on: { a: 1, b: [2] }, off: { b: [2], a: 1 } };
    await expect(replica.features.create(OLGA, { key: 'other', variants: same })).rejects.toMatchObject(
      refusal('SCHEMA', '$.variants'),
    );
    await expect(patch(replica, { variants: { on: false, off: false } })).rejects.toMatchObject(
      refusal('SCHEMA', '$.variants'),
    );
  });
});

/** A process in which something else happens just before an entry of this type is written. */
function overtaken(world: World, type: EntryDraft['type'], act: () => Promise<unknown>): Promise<Replica> {
  let isDone = false;
  const append: Ledger['append'] = async (wish) => {
    if (!isDone && wish.drafts.some((draft) => draft.type === type)) {
      isDone = true;
      await act();
    }
    return world.kept.ledger.append(wish);
  };
  const { rollouts } = world.kept;
  return startReplica(world, { kept: { ledger: butFor(world.kept.ledger, { append }), rollouts } });
}

/** A process in which something else happens just before a feature's definition is written. */
function overtakenAtUpdate(world: World, act: () => Promise<unknown>): Promise<Replica> {
  const { ledger, rollouts, features } = world.kept;
  const update: typeof features.update = async (...wish) => {
    await act();
    return features.update(...wish);
  };
  return startReplica(world, { kept: { ledger, rollouts, features: butFor(features, { update }) } });
}

describe('a start', () => {
  it('SLU-DOOR: opens nothing over a definition that was changed since it was looked at', async () => {
    for (const act of [
      (other: Replica) => patch(other, { variants: { on: 'green', off: 'none' } }),
      (other: Replica) => other.features.archive(OLGA, FEATURE),
    ]) {
      const { world, replica } = await installation();
      await replica.features.create(OLGA, { key: FEATURE, variants: { on: 'blue', off: 'none' } });
      const id = await createdRollout(replica, proposalInput());
      const late = await overtaken(world, 'started', () => act(replica));
      const start = late.rollouts.start(OLGA, id, await wishFor(replica, id));
      await expect(start).rejects.toMatchObject(refusal('VERSION_STALE'));
      expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'PENDING' });
    }
  });

  it('SLU-DOOR: that comes first leaves neither an archive nor another `on` behind it', async () => {
    for (const act of [
      (late: Replica) => patch(late, { variants: { on: 'green', off: 'none' } }),
      (late: Replica) => late.features.archive(OLGA, FEATURE),
    ]) {
      const { world, replica } = await installation();
      await replica.features.create(OLGA, { key: FEATURE, variants: { on: 'blue', off: 'none' } });
      const id = await createdRollout(replica, proposalInput());
      const late = await overtakenAtUpdate(world, async () =>
        replica.rollouts.start(OLGA, id, await wishFor(replica, id)),
      );
      await expect(act(late)).rejects.toMatchObject(refusal('CONFLICT'));
      expect(await replica.features.get(FEATURE)).toMatchObject({
        definition: { archivedAtMs: null, variants: { on: 'blue' } },
        state: { exposure: { live: { rolloutId: id } } },
      });
    }
  });
});

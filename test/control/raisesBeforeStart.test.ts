import { beforeEach, describe, expect, it } from 'vitest';
import type { Entry } from '../../src/domain/ledger/entry.ts';
import { audited, findingsIn } from '../support/audited.ts';
import { forged } from '../support/forged.ts';
import { proposalInput, stageInput } from '../support/proposals.ts';
import {
  createdRollout,
  FEATURE,
  healthy,
  inStage,
  startedRollout,
  stateOf,
  until,
  wishFor,
} from '../support/release.ts';
import {
  ANNA,
  chainOf,
  OLGA,
  poll,
  pollFor,
  type Replica,
  startReplica,
  type World,
  worldOf,
} from '../support/simulatedInstallation.ts';

const MINUTE = 60_000;
const wish = (percentage: number) => ({ threshold: percentage * 1000, expiresAtMs: null, comment: 'their wish' });

let world: World;
let replica: Replica;
beforeEach(async () => {
  world = worldOf({ pollIntervalMs: 5 * MINUTE });
  healthy(world);
  replica = await startReplica(world);
});

/** Nobody is to be met above 20 %. */
const narrow = (more: Parameters<typeof proposalInput>[0] = {}) =>
  proposalInput(more, { maxBlastRadius: 20, wedgeStages: [stageInput('canary', 10), stageInput('fifth', 20)] });

/** By two people. */
async function raised(workspaceId: string, percentage: number): Promise<void> {
  for (const who of [OLGA, ANNA]) await replica.overrides.set(who, FEATURE, workspaceId, wish(percentage));
}
const start = async (id: string) => replica.rollouts.start(OLGA, id, await wishFor(replica, id));
const raises = () => world.store.document(FEATURE)?.raises;
const auditOf = (chain: readonly Entry[]) => findingsIn(audited(chain, world.clock.nowMs()));

/** That workspace at this percentage, wherever the chain says how far it is raised. */
const withRaise = (chain: readonly Entry[], workspaceId: string, percentage: number) =>
  forged(chain, (entries) => {
    for (const { data } of entries) {
      if (!('exposure' in data) || data.exposure.raises[workspaceId] === undefined) continue;
      data.exposure.raises[workspaceId] = percentage * 1000;
    }
  });

describe('INV-RWG-BLAST: a workspace that was raised before', () => {
  it('keeps a contract with a smaller blast radius from starting, and the refusal says how to mend it', async () => {
    const id = await createdRollout(replica, narrow());
    await raised('acme/eu', 90);
    await expect(start(id)).rejects.toMatchObject({
      code: 'PREFLIGHT_FAILED',
      message: expect.stringMatching(
        /PREFLIGHT_BLAST_RADIUS workspace acme\/eu: raised to 90 %, above the blast radius of 20 %; DELETE \/v1\/features\/checkout-v2\/overrides\/acme%2Feu/,
      ),
    });
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'PENDING' });
  });

  it('lowered by one person lets it start, and never lies above the blast radius while it lasts', async () => {
    const id = await createdRollout(replica, narrow());
    await raised('acme', 90);
    await replica.overrides.set(OLGA, FEATURE, 'acme', wish(20));
    await start(id);
    await until(replica, id, inStage(1));
    expect(raises()).toEqual({ acme: 20_000 });
    await expect(replica.overrides.set(OLGA, FEATURE, 'acme', wish(21))).rejects.toMatchObject({
      code: 'ABOVE_BLAST_RADIUS',
    });
    expect(auditOf(await chainOf(world, FEATURE))).toEqual([]);
  });

  it('holds a start at its hour, which happens once it is lowered', async () => {
    const id = await createdRollout(replica, narrow(), { startAtMs: world.clock.nowMs() + 10 * MINUTE });
    await raised('acme', 90);
    await pollFor(replica, 30 * MINUTE);
    expect(await replica.rollouts.status(id)).toMatchObject({
      wedgeState: 'PENDING',
      decision: { reason: 'pending', detail: expect.stringContaining('workspace acme: raised to 90 %') },
    });
    await replica.overrides.remove(OLGA, FEATURE, 'acme', null);
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE' });
  });

  it('keeps a superseding contract with a smaller blast radius from taking over', async () => {
    const wedgeStages = [stageInput('canary', 10), stageInput('most', 60)];
    const old = await startedRollout(replica, proposalInput({}, { maxBlastRadius: 60, wedgeStages }));
    await until(replica, old, inStage(0));
    await raised('acme', 60);
    const id = await createdRollout(replica, narrow({ supersedes: old }));
    await expect(start(id)).rejects.toMatchObject({ code: 'PREFLIGHT_FAILED' });
    expect(await stateOf(replica, old)).toMatchObject({ wedgeState: 'ACTIVE' });
    await replica.overrides.remove(OLGA, FEATURE, 'acme', null);
    await start(id);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE' });
    expect(auditOf(await chainOf(world, FEATURE))).toEqual([]);
  });

  it('refuses no dry run, which exposes nobody, and tells that it would refuse a real one', async () => {
    const id = await createdRollout(replica, narrow(), { dryRun: true });
    await raised('acme', 90);
    const { items } = await replica.rollouts.preflight(OLGA, id);
    expect(items.find((item) => item.id === 'PREFLIGHT_BLAST_RADIUS')).toMatchObject({
      outcome: 'passed',
      detail: expect.stringMatching(/would refuse a real one: raised to 90 %/),
    });
    await start(id);
    expect(auditOf(await chainOf(world, FEATURE))).toEqual([]);
  });
});

describe('INV-RWG-BLAST: the verifier', () => {
  it('finds a raise above the blast radius in the start that brings it along, and in every exposure after', async () => {
    const id = await createdRollout(replica, narrow());
    await raised('acme', 20);
    await start(id);
    await until(replica, id, inStage(0));
    const chain = await chainOf(world, FEATURE);
    expect(auditOf(chain)).toEqual([]);
    const found = `raises the workspace acme to 20.001 %, and the blast radius of ${id} is 20 %`;
    expect(auditOf(withRaise(chain, 'acme', 20.001))).toEqual(
      expect.arrayContaining(
        chain
          .filter(({ type }) => type === 'started' || type === 'ramped')
          .map(({ seq }) => `INV-RWG-BLAST: entry ${seq}: ${found}`),
      ),
    );
  });

  it('finds one that two people asked for while it is live', async () => {
    const id = await startedRollout(replica, narrow());
    await until(replica, id, inStage(0));
    await raised('acme', 20);
    const chain = await chainOf(world, FEATURE);
    expect(auditOf(chain)).toEqual([]);
    expect(auditOf(withRaise(chain, 'acme', 90))).toContainEqual(
      expect.stringMatching(/^INV-RWG-BLAST: .*raises the workspace acme to 90 %/),
    );
  });

  it('has nothing against one while nothing is live', async () => {
    await createdRollout(replica, narrow());
    await raised('acme', 90);
    expect(auditOf(await chainOf(world, FEATURE))).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/domain/feature/evaluation.ts';
import { INTERNAL } from '../../src/domain/feature/scope.ts';
import { audited, findingsIn } from '../support/audited.ts';
import { forged, the } from '../support/forged.ts';
import { proposalInput, stageInput } from '../support/proposals.ts';
import { bad, exposed, FEATURE, healthy, inStage, startedRollout, until } from '../support/release.ts';
import {
  ANNA,
  chainOf,
  EMIL,
  OLGA,
  OSKAR,
  person,
  poll,
  type Replica,
  startReplica,
  worldOf,
} from '../support/simulatedInstallation.ts';

const MINUTE = 60_000;
const USERS = Array.from({ length: 400 }, (_, user) => `u-${user}`);

/** A release at 10 % of everyone, which may never be above 60 %. */
async function atTen() {
  const world = worldOf({ pollIntervalMs: 5 * MINUTE });
  healthy(world);
  const replica = await startReplica(world);
  const wedgeStages = [stageInput('canary', 10), stageInput('third', 30), stageInput('most', 60)];
  const id = await startedRollout(replica, proposalInput({}, { maxBlastRadius: 60, wedgeStages }));
  await until(replica, id, inStage(0));
  return { world, replica, id };
}

/** How many of a workspace's users are met, in per cent of them: here, and by the document in the store. */
function met({ view, world }: Replica, workspaceId: string): number {
  const lookup = { document: () => undefined, hardKilled: () => false, isStale: () => false };
  const document = view.document(FEATURE);
  if (document === undefined) throw new Error('no document is served');
  expect(world.store.document(FEATURE)?.version).toBe(document.version);
  const on = USERS.filter((targetingKey) => {
    const context = { targetingKey, workspaceId, groups: [], region: null, tier: null };
    const answer = evaluate(document, context, lookup);
    return answer.kind === 'resolved' && answer.variant === 'on';
  });
  return (100 * on.length) / USERS.length;
}

const wish = (percentage: number, expiresAtMs: number | null = null) => ({
  threshold: percentage * 1000,
  expiresAtMs,
  comment: 'their wish',
});
const typesOf = async (replica: Replica) => (await chainOf(replica.world, FEATURE)).map(({ type }) => type);

describe('the override of a workspace', () => {
  it('that narrows is done at once, by one person, for that workspace alone', async () => {
    const { replica } = await atTen();
    const before = met(replica, 'globex');
    expect(met(replica, 'acme')).toBeGreaterThan(0);
    expect(await replica.overrides.set(OLGA, FEATURE, 'acme', wish(0))).toMatchObject({ outcome: 'set' });
    expect([met(replica, 'acme'), met(replica, 'globex')]).toEqual([0, before]);
    expect(await typesOf(replica)).toContain('overrideSet');
    expect(await replica.overrides.get(FEATURE, 'acme')).toMatchObject({ override: { threshold: 0, raises: false } });
  });

  it('SLU-DOOR: is loosened, ended sooner or lifted by nobody alone', async () => {
    const { replica, world } = await atTen();
    await replica.overrides.set(OLGA, FEATURE, 'acme', wish(2));
    const narrow = met(replica, 'acme');
    const soon = world.clock.nowMs() + MINUTE;
    for (const who of [OLGA, OSKAR, OLGA]) {
      expect(await replica.overrides.set(who, FEATURE, 'acme', wish(9))).toMatchObject({ outcome: 'waiting' });
      expect(await replica.overrides.set(who, FEATURE, 'acme', wish(2, soon))).toMatchObject({ outcome: 'waiting' });
      expect(await replica.overrides.remove(who, FEATURE, 'acme', null)).toMatchObject({ outcome: 'waiting' });
    }
    const byAnotherToken = person('olga', 'approver');
    expect(await replica.overrides.remove(byAnotherToken, FEATURE, 'acme', null)).toMatchObject({ outcome: 'waiting' });
    expect(met(replica, 'acme')).toBe(narrow);
    await poll(replica, 2 * MINUTE);
    expect(met(replica, 'acme')).toBe(narrow);
  });

  it('is lifted where an approver who is somebody else asks for the very same', async () => {
    const { replica } = await atTen();
    const before = met(replica, 'acme');
    await replica.overrides.set(OLGA, FEATURE, 'acme', wish(0));
    await replica.overrides.remove(OLGA, FEATURE, 'acme', null);
    expect(await replica.overrides.set(ANNA, FEATURE, 'acme', wish(5))).toMatchObject({ outcome: 'waiting' });
    expect(await replica.overrides.remove(OLGA, FEATURE, 'acme', null)).toMatchObject({ outcome: 'waiting' });
    expect(await replica.overrides.remove(ANNA, FEATURE, 'acme', 'agreed')).toMatchObject({ outcome: 'set' });
    expect(met(replica, 'acme')).toBe(before);
    const removed = (await chainOf(replica.world, FEATURE)).findLast(({ type }) => type === 'overrideRemoved');
    expect(removed).toMatchObject({ actor: { subject: 'anna' }, data: { requestedBy: 'olga', cause: 'asked' } });
  });

  it('SLU-DOOR: above the grants takes two people, and never goes above the blast radius', async () => {
    const { replica } = await atTen();
    const before = met(replica, 'acme');
    for (const who of [OLGA, OLGA]) {
      expect(await replica.overrides.set(who, FEATURE, 'acme', wish(50))).toMatchObject({ outcome: 'waiting' });
    }
    expect(met(replica, 'acme')).toBe(before);
    const tooMuch = replica.overrides.set(OLGA, FEATURE, 'acme', wish(61));
    await expect(tooMuch).rejects.toMatchObject({ code: 'ABOVE_BLAST_RADIUS' });
    expect(await replica.overrides.set(ANNA, FEATURE, 'acme', wish(50))).toMatchObject({ outcome: 'set' });
    expect(met(replica, 'acme')).toBeGreaterThan(40);
    expect(met(replica, 'globex')).toBeLessThan(20);
    expect(await replica.overrides.get(FEATURE, 'acme')).toMatchObject({
      override: { raises: true, requestedBy: 'olga' },
    });
  });

  it.each(['rollback', 'kill'] as const)('that raises is void from a %s, and stays void', async (act) => {
    const { replica, id, world } = await atTen();
    await replica.overrides.set(OLGA, FEATURE, 'acme', wish(50));
    await replica.overrides.set(ANNA, FEATURE, 'acme', wish(50));
    await replica.overrides.set(OLGA, FEATURE, 'globex', wish(1));
    if (act === 'kill') await replica.closings.kill(OLGA, FEATURE, 'burning');
    else bad(world);
    await until(replica, id, ({ wedgeState }) => wedgeState === 'ROLLED_BACK');
    expect(met(replica, 'acme')).toBe(0);
    if (act === 'kill') await replica.features.revive(OLGA, FEATURE, 'mended');
    await poll(replica);
    expect(met(replica, 'acme')).toBe(0);
    const standing = await replica.overrides.list(FEATURE);
    expect(standing.map(({ workspaceId }) => workspaceId)).toEqual(['globex']);
  });

  it('SLU-DOOR: that was raised while the feature was killed takes two people to be let in again, and the verifier says so', async () => {
    const { replica, world } = await atTen();
    await replica.closings.kill(OLGA, FEATURE, 'burning');
    for (const who of [OLGA, ANNA]) await replica.overrides.set(who, FEATURE, 'acme', wish(50));
    expect(met(replica, 'acme')).toBe(0);
    for (const who of [OSKAR, OSKAR]) {
      expect(await replica.features.revive(who, FEATURE, 'mended')).toMatchObject({ outcome: 'waiting' });
    }
    expect(met(replica, 'acme')).toBe(0);
    expect(await replica.features.revive(EMIL, FEATURE, 'mended')).toMatchObject({ outcome: 'revived' });
    expect(met(replica, 'acme')).toBeGreaterThan(40);
    const chain = await chainOf(world, FEATURE);
    expect(findingsIn(audited(chain, world.clock.nowMs()))).toEqual([]);
    const alone = forged(chain, (entries) => {
      the(entries, 'revived').actor.subject = 'oskar';
    });
    expect(findingsIn(audited(alone, world.clock.nowMs()), { check: 'SLU-DOOR' })).toMatchObject([
      expect.stringContaining('lets workspaces in again'),
    ]);
  });

  it('ends at its time: what raised is taken away, what capped is lifted', async () => {
    const { replica, world } = await atTen();
    const before = [met(replica, 'acme'), met(replica, 'globex')];
    const soon = world.clock.nowMs() + 8 * MINUTE;
    await replica.overrides.set(OLGA, FEATURE, 'acme', wish(50, soon));
    await replica.overrides.set(ANNA, FEATURE, 'acme', wish(50, soon));
    await replica.overrides.set(OLGA, FEATURE, 'globex', wish(0, soon));
    await poll(replica);
    expect(met(replica, 'globex')).toBe(0);
    await poll(replica);
    await poll(replica);
    expect([met(replica, 'acme'), met(replica, 'globex')]).toEqual(before);
    expect(await replica.overrides.list(FEATURE)).toEqual([]);
    const ended = (await chainOf(world, FEATURE)).filter(({ type }) => type === 'overrideRemoved');
    expect(ended).toMatchObject([{ data: { cause: 'expired' } }, { data: { cause: 'expired' } }]);
  });

  it('SLU-CLOSE: narrows with the ledger away, which hears of it later', async () => {
    const { replica, world } = await atTen();
    world.kept.cut();
    expect(await replica.overrides.set(OLGA, FEATURE, 'acme', wish(0))).toMatchObject({ outcome: 'set' });
    expect(met(replica, 'acme')).toBe(0);
    await expect(replica.overrides.set(OLGA, FEATURE, 'acme', wish(5))).rejects.toThrow();
    world.kept.mend();
    await poll(replica);
    expect(met(replica, 'acme')).toBe(0);
    expect(await replica.overrides.get(FEATURE, 'acme')).toMatchObject({ override: { threshold: 0 } });
    expect((await chainOf(world, FEATURE)).find(({ type }) => type === 'overrideSet')).toMatchObject({ late: true });
  });

  it('stays below what a hand has capped in the flag store', async () => {
    const { replica, world } = await atTen();
    await replica.overrides.set(OLGA, FEATURE, 'acme', wish(50));
    await replica.overrides.set(ANNA, FEATURE, 'acme', wish(50));
    world.store.editByHand(FEATURE, { rolloutPercent: 3 });
    await poll(replica);
    await poll(replica);
    await poll(replica);
    expect(met(replica, 'acme')).toBeLessThan(8);
    expect(await replica.overrides.get(FEATURE, 'acme')).toMatchObject({ override: { threshold: 3000 } });
  });

  it('SLU-DOOR: that narrows raises nobody above what a hand has lowered, and the ledger has not adopted yet', async () => {
    const { replica, world, id } = await atTen();
    await until(replica, id, inStage(1));
    world.store.editByHand(FEATURE, { rolloutPercent: 10 });
    const before = [met(replica, 'acme'), met(replica, 'globex')];
    await replica.overrides.set(OLGA, FEATURE, 'acme', wish(20));
    expect([met(replica, 'acme'), met(replica, 'globex')]).toEqual(before);
    for (let pass = 0; pass < 8; pass += 1) {
      world.clock.advance(3_000);
      await replica.reconciler.run();
      expect([met(replica, 'acme'), met(replica, 'globex')]).toEqual(before);
    }
    expect(world.store.document(FEATURE)).toMatchObject({ caps: { acme: 20_000 }, raises: {} });
    expect(await replica.overrides.get(FEATURE, 'acme')).toMatchObject({ override: { threshold: 20_000 } });
    expect((await typesOf(replica)).slice(-3)).toEqual(['overrideSet', 'driftAdopted', 'paused']);
    expect(findingsIn(audited(await chainOf(world, FEATURE), world.clock.nowMs()))).toEqual([]);
  });

  it('SLU-CLOSE: that narrows leaves a kill by hand as it is, and the internals where a hand has left them alone', async () => {
    for (const hand of [{ enabled: false }, { internalOnly: true }]) {
      const { replica, world } = await atTen();
      world.store.editByHand(FEATURE, hand);
      expect(met(replica, 'acme')).toBe(0);
      await replica.overrides.set(OLGA, FEATURE, 'acme', wish(5));
      await poll(replica);
      await poll(replica);
      await poll(replica);
      expect(met(replica, 'acme')).toBe(0);
      const document = world.store.document(FEATURE);
      if (hand.enabled === false) expect(document).toMatchObject({ killed: true });
      else expect(document?.grants).toEqual([{ scope: INTERNAL, threshold: 10_000 }]);
      expect(findingsIn(audited(await chainOf(world, FEATURE), world.clock.nowMs()))).toEqual([]);
    }
  });

  it('SLU-CLOSE: is a cap also beside a hand that has closed more, and takes nothing of that back', async () => {
    const { replica, world } = await atTen();
    world.store.editByHand(FEATURE, { rolloutPercent: 0 });
    await replica.overrides.set(OLGA, FEATURE, 'acme', wish(5));
    expect(replica.view.document(FEATURE)).toMatchObject({ caps: { acme: 5000 }, raises: {} });
    for (let polls = 0; polls < 3; polls += 1) await poll(replica);
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
    expect(await replica.overrides.get(FEATURE, 'acme')).toMatchObject({
      override: { threshold: 5000, raises: false },
    });
  });

  it('told late leaves lookups no further than the ledger: they hear of the next opening', async () => {
    const { replica, world, id } = await atTen();
    world.kept.cut();
    await replica.overrides.set(OLGA, FEATURE, 'acme', wish(5));
    world.store.cut();
    await replica.overrides.set(OLGA, FEATURE, 'acme', wish(0));
    world.kept.mend();
    await poll(replica);
    world.store.mend();
    await until(replica, id, inStage(1));
    await poll(replica);
    expect(exposed(replica)).toEqual({ here: 30_000, stored: 30_000 });
    expect(replica.view.document(FEATURE)?.version).toBe(world.store.document(FEATURE)?.version);
  });

  it('SLU-DOOR: is what the verifier sees of it: a cap that one person lifts, or a raise of one, is found on the chain', async () => {
    const { replica, world } = await atTen();
    await replica.overrides.set(OLGA, FEATURE, 'acme', wish(2));
    await replica.overrides.remove(OLGA, FEATURE, 'acme', null);
    await replica.overrides.remove(ANNA, FEATURE, 'acme', 'agreed');
    await replica.overrides.set(OLGA, FEATURE, 'globex', wish(50));
    await replica.overrides.set(ANNA, FEATURE, 'globex', wish(50));
    const chain = await chainOf(world, FEATURE);
    expect(findingsIn(audited(chain, world.clock.nowMs()))).toEqual([]);
    const byOne = (type: 'overrideSet' | 'overrideRemoved') =>
      forged(chain, (entries) => {
        the(entries, type, -1).actor.subject = 'olga';
      });
    const alone = (type: 'overrideSet' | 'overrideRemoved') => findingsIn(audited(byOne(type), world.clock.nowMs()));
    expect(alone('overrideRemoved')).toEqual([
      expect.stringMatching(/^SLU-DOOR: .*lets in more of the workspace acme/),
    ]);
    expect(alone('overrideSet')).toEqual([expect.stringMatching(/^SLU-DOOR: .*lets in more of the workspace globex/)]);
    const unasked = forged(
      chain,
      (entries) => void entries.splice(entries.indexOf(the(entries, 'overrideRequested', -1)), 1),
    );
    expect(findingsIn(audited(unasked, world.clock.nowMs()))).toEqual([expect.stringMatching(/workspace globex/)]);
  });

  it('SLU-DOOR: asked for before a rollback is not asked for: the verifier wants it asked again', async () => {
    const { replica, world, id } = await atTen();
    await until(replica, id, inStage(1));
    await replica.overrides.set(OLGA, FEATURE, 'acme', wish(50));
    await replica.closings.rollback(OSKAR, id, { to: 'previousStage', comment: null });
    expect(await replica.overrides.set(ANNA, FEATURE, 'acme', wish(50))).toMatchObject({ outcome: 'waiting' });
    await replica.overrides.set(EMIL, FEATURE, 'acme', wish(50));
    const chain = await chainOf(world, FEATURE);
    expect(findingsIn(audited(chain, world.clock.nowMs()))).toEqual([]);
    const notAgain = forged(chain, (entries) => {
      entries.splice(entries.indexOf(the(entries, 'overrideRequested', -1)), 1);
      the(entries, 'overrideSet').data.requestedBy = 'olga';
    });
    expect(findingsIn(audited(notAgain, world.clock.nowMs()))).toEqual([expect.stringMatching(/^SLU-DOOR: .*acme/)]);
  });

  it('with a time that is over, of no feature, or of nobody is refused', async () => {
    const { replica, world } = await atTen();
    const past = replica.overrides.set(OLGA, FEATURE, 'acme', wish(1, world.clock.nowMs()));
    await expect(past).rejects.toMatchObject({ code: 'SCHEMA' });
    await expect(replica.overrides.set(OLGA, 'nobody', 'acme', wish(1))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(replica.overrides.remove(OLGA, FEATURE, 'acme', null)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(replica.overrides.get(FEATURE, 'acme')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

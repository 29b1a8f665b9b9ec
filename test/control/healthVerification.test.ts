import { describe, expect, it } from 'vitest';
import type { Notice } from '../../src/control/ports/outbox.ts';
import { audited, findingsIn } from '../support/audited.ts';
import { type ProposalInput, proposalInput } from '../support/proposals.ts';
import { bad, FEATURE, healthy, inStage, measure, silent, startedRollout, stateOf, until } from '../support/release.ts';
import { chainOf, OLGA, poll, pollFor, startReplica, tickDue, worldOf } from '../support/simulatedInstallation.ts';

const MINUTE = 60_000;

async function inHalf(rollback: ProposalInput['rolloutWedge']['rollback'] = {}) {
  const world = worldOf({ pollIntervalMs: MINUTE });
  healthy(world);
  const replica = await startReplica(world);
  const id = await startedRollout(replica, proposalInput({}, { rollback }));
  await until(replica, id, inStage(1));
  await poll(replica);
  const verified = async () =>
    (await chainOf(world, FEATURE)).flatMap((entry) => (entry.type === 'healthVerified' ? [entry.data] : []));
  const told = async (): Promise<readonly Notice[]> =>
    (await world.kept.outbox.claim(world.clock.nowMs(), 1000, 1)).map(({ notice }) => notice);
  const whole = async () => expect(findingsIn(audited(await chainOf(world, FEATURE), world.clock.nowMs()))).toEqual([]);
  return { world, replica, id, verified, told, whole };
}

describe('after a rollback', () => {
  it('health is measured on all traffic where nobody meets the release any more', async () => {
    const { world, replica, id, verified, whole } = await inHalf();
    bad(world);
    await poll(replica);
    healthy(world);
    await pollFor(replica, 4 * MINUTE);
    expect(await verified()).toEqual([]);
    await poll(replica);
    expect(await verified()).toMatchObject([
      { outcome: 'recovered', verdicts: [{ key: 'trigger/0', outcome: 'pass', value: 0.001 }] },
    ]);
    expect((await replica.rollouts.status(id)).health).toMatchObject({ state: 'recovered' });
    await pollFor(replica, 60 * MINUTE);
    expect(await verified()).toHaveLength(1);
    await whole();
  });

  it('and on those who still do, where it went back by a stage', async () => {
    const { world, replica, id, verified, whole } = await inHalf();
    await replica.closings.rollback(OLGA, id, { to: 'previousStage', comment: null });
    const asked = world.metrics.asked.length;
    await pollFor(replica, 6 * MINUTE);
    expect(await verified()).toMatchObject([{ outcome: 'recovered' }]);
    expect(world.metrics.asked.slice(asked).some(({ arms }) => arms === 'all')).toBe(false);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE' });
    await whole();
  });

  it('a person is paged where it has not helped, be it a person’s own rollback', async () => {
    const { world, replica, id, verified, told, whole } = await inHalf();
    await replica.closings.rollback(OLGA, id, { to: 'zero', comment: null });
    measure(world, 'error_rate', 0.5);
    await pollFor(replica, 6 * MINUTE);
    expect(await verified()).toMatchObject([{ outcome: 'notRecovered', verdicts: [{ outcome: 'fail', value: 0.5 }] }]);
    expect((await told()).filter(({ urgency }) => urgency !== 'news')).toMatchObject([
      { kind: 'healthVerified', urgency: 'page' },
    ]);
    await whole();
  });

  it('without data it is given up after three windows, and said so', async () => {
    const { world, replica, id, verified, whole } = await inHalf();
    await replica.closings.rollback(OLGA, id, { to: 'zero', comment: null });
    silent(world, 'noTraffic');
    await pollFor(replica, 14 * MINUTE);
    expect(await verified()).toEqual([]);
    await pollFor(replica, 2 * MINUTE);
    expect(await verified()).toMatchObject([{ outcome: 'unknown', detail: expect.stringContaining('no traffic') }]);
    await whole();
  });

  it('with the ledger away it is told when that is back', async () => {
    const { world, replica, id, verified, whole } = await inHalf();
    await replica.closings.rollback(OLGA, id, { to: 'zero', comment: null });
    world.kept.cut();
    await pollFor(replica, 20 * MINUTE);
    world.kept.mend();
    await poll(replica);
    expect(await verified()).toMatchObject([{ outcome: 'recovered' }]);
    await whole();
  });

  it('two processes say it once', async () => {
    const { world, replica, id, verified } = await inHalf();
    await replica.closings.rollback(OLGA, id, { to: 'zero', comment: null });
    const other = await startReplica(world);
    world.clock.advance(6 * MINUTE);
    await Promise.all([tickDue(replica, 0), tickDue(other, 0)]);
    await poll(other);
    expect(await verified()).toHaveLength(1);
  });

  it('nobody looks where the contract does not ask', async () => {
    const { replica, id, verified } = await inHalf({ verifyHealth: false });
    await replica.closings.rollback(OLGA, id, { to: 'zero', comment: null });
    await pollFor(replica, 30 * MINUTE);
    expect(await verified()).toEqual([]);
    expect(await replica.rollouts.status(id)).toMatchObject({ health: null, nextCheckAt: null });
  });

  it('what another rollout does meanwhile is not told of this one', async () => {
    const world = worldOf({ pollIntervalMs: MINUTE, policy: { ...worldOf().policy, cooldownMinutes: 0 } });
    healthy(world);
    const replica = await startReplica(world);
    const input = proposalInput({}, { rollback: { cooldownMinutes: 0 } });
    const first = await startedRollout(replica, input);
    await until(replica, first, inStage(0));
    await replica.closings.rollback(OLGA, first, { to: 'zero', comment: null });
    const second = await startedRollout(replica, input);
    await pollFor(replica, 6 * MINUTE);
    const chain = await chainOf(world, FEATURE);
    expect(chain.find(({ type }) => type === 'healthVerified')).toMatchObject({
      rollout: first,
      data: { outcome: 'unknown', detail: expect.stringContaining(second) },
    });
    expect(findingsIn(audited(chain, world.clock.nowMs()))).toEqual([]);
  });
});

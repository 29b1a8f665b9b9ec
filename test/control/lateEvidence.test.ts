import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/domain/ledger/entry.ts';
import { audited, findingsIn } from '../support/audited.ts';
import { forged, replanned, the } from '../support/forged.ts';
import { MemoryJournal } from '../support/memoryJournal.ts';
import { firstBearsMore, proposalInput, stageInput } from '../support/proposals.ts';
import {
  bad,
  exposed,
  FEATURE,
  healthy,
  inStage,
  recordOf,
  startedRollout,
  terrible,
  until,
  wishFor,
} from '../support/release.ts';
import {
  ANNA,
  chainOf,
  OLGA,
  poll,
  pollFor,
  startReplica,
  tickDue,
  worldOf,
} from '../support/simulatedInstallation.ts';

const MINUTE = 60_000;
const PLAN = proposalInput(
  {},
  {
    rollback: { to: 'previousStage' },
    incrementPolicy: 'manual',
    wedgeStages: [stageInput('canary', 10), stageInput('third', 30), stageInput('most', 100)],
  },
);

/** In its second stage, which an approver's wish has reached. */
async function inThird() {
  const world = worldOf({ pollIntervalMs: MINUTE });
  healthy(world);
  const replica = await startReplica(world);
  const id = await startedRollout(replica, firstBearsMore(PLAN));
  await until(replica, id, inStage(0));
  const advance = async () => {
    for (let polls = 0; polls < 61; polls += 1) await poll(replica);
    await replica.rollouts.advance(ANNA, id, await wishFor(replica, id, 'quiet night'));
  };
  await advance();
  return { world, replica, id, advance };
}

describe('closings of a process that was cut off, told late', () => {
  it('SLU-REPLAY: speak of the state that the ledger has, though it counted versions by what it foresaw', async () => {
    const { world, replica, id } = await inThird();
    await poll(replica);
    const word = { ...(await wishFor(replica, id)), stageId: 'most', decision: 'approve' as const };
    await replica.rollouts.approve(ANNA, id, word);
    world.kept.cut();
    bad(world);
    await poll(replica);
    terrible(world);
    await poll(replica);
    world.kept.mend();
    await poll(replica);
    const chain = await chainOf(world, FEATURE);
    expect(chain.flatMap((entry) => (entry.type === 'rolledBack' ? [entry.data.toStageIndex] : []))).toEqual([0, null]);
    expect(findingsIn(audited(chain))).toEqual([]);
  });

  it('SLU-REPLAY: are no second closing to what is remembered once the ledger has heard of them, and is away again', async () => {
    const { world, replica, id } = await inThird();
    await poll(replica);
    world.kept.cut();
    await replica.closings.rollback(OLGA, id, { to: 'previousStage', mode: 'immediate', comment: null });
    world.kept.mend();
    await replica.reconciler.run();
    world.kept.cut();
    terrible(world);
    await poll(replica);
    world.kept.mend();
    await poll(replica);
    const chain = await chainOf(world, FEATURE);
    expect(chain.flatMap((entry) => (entry.type === 'rolledBack' ? [entry.data.toStageIndex] : []))).toEqual([0, null]);
    expect(findingsIn(audited(chain))).toEqual([]);
  });

  it('SLU-DOOR: come out no higher than they were carried out, though the rollout had gone on unseen', async () => {
    const { world, replica, advance } = await inThird();
    await poll(replica);
    await advance();
    // This process has not looked since: it knows the rollout as it stood before.
    world.kept.cut();
    bad(world);
    await poll(replica);
    const closedTo = exposed(replica).here;
    world.kept.mend();
    healthy(world);
    await poll(replica);
    await poll(replica);
    expect(exposed(replica)).toEqual({ here: closedTo, stored: closedTo });
    expect(findingsIn(audited(await chainOf(world, FEATURE)))).toEqual([]);
  });
});

describe('a pause of a process that was cut off, told late', () => {
  /** Asked for, told after 15 minutes that the others went on counting, ended half an hour later; then on to the second stage. */
  async function pausedLate() {
    const world = worldOf({ pollIntervalMs: 5 * MINUTE });
    healthy(world);
    const replica = await startReplica(world);
    const cutOff = await startReplica({ ...world, late: new MemoryJournal() });
    const id = await startedRollout(replica, proposalInput());
    await until(replica, id, inStage(0));
    await tickDue(cutOff);
    const askedAt = new Date(world.clock.nowMs()).toISOString();
    world.kept.cut();
    await cutOff.closings.pause(OLGA, id, 'careful');
    world.kept.mend();
    await pollFor(replica, 15 * MINUTE);
    const countedAtMs = (await recordOf(replica, id)).tick?.poll.atMs ?? 0;
    await cutOff.scheduler.look();
    await pollFor(replica, 30 * MINUTE);
    await replica.rollouts.resume(OLGA, id, await wishFor(replica, id));
    await until(replica, id, inStage(1), 60);
    return { chain: await chainOf(world, FEATURE), askedAt, countedAtMs, nowMs: world.clock.nowMs() };
  }
  type Lived = Awaited<ReturnType<typeof pausedLate>>;
  const timeOf = ({ chain }: Lived, type: Entry['type']) =>
    Date.parse(chain.find((one) => one.type === type)?.at ?? '');
  const dwellFindings = ({ nowMs }: Lived, chain: readonly Entry[]) =>
    findingsIn(audited(chain, nowMs), { check: 'DWELL' });

  it('DWELL: holds from the last poll that the others have counted, and says when it was asked for', async () => {
    const lived = await pausedLate();
    expect(timeOf(lived, 'paused')).toBe(lived.countedAtMs);
    expect(lived.chain.find(({ type }) => type === 'paused')).toMatchObject({
      comment: 'careful',
      data: { detail: `careful; asked for at ${lived.askedAt}` },
    });
    expect(findingsIn(audited(lived.chain, lived.nowMs))).toEqual([]);
  });

  it('DWELL: the stay lasts as long without the pause, and a dwell that asks for a minute more is found too short', async () => {
    const lived = await pausedLate();
    const beforeMs = timeOf(lived, 'paused') - timeOf(lived, 'ramped');
    const activeMs = beforeMs + timeOf(lived, 'advanced') - timeOf(lived, 'resumed');
    expect(activeMs).toBeGreaterThanOrEqual(60 * MINUTE);
    const withDwell = (minutes: number) =>
      forged(lived.chain, (entries) => {
        replanned(entries, ({ policy }) => {
          policy.minDwellMinutes = minutes;
        });
      });
    const left = expect.stringContaining(`leaves after ${activeMs} ms, and the minimum dwell is`);
    expect(dwellFindings(lived, withDwell(activeMs / MINUTE))).not.toContainEqual(left);
    expect(dwellFindings(lived, withDwell(activeMs / MINUTE + 1))).toContainEqual(left);
  });

  it('DWELL: said to hold from earlier, the polls that were counted since are found to claim too much', async () => {
    const lived = await pausedLate();
    const earlier = forged(lived.chain, (entries) => {
      the(entries, 'paused').at = lived.askedAt;
    });
    expect(dwellFindings(lived, earlier)).toEqual([
      expect.stringContaining('claims to have been there for longer than it was'),
    ]);
  });
});

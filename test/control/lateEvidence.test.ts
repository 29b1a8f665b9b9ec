import { describe, expect, it } from 'vitest';
import { audited, findingsIn } from '../support/audited.ts';
import { proposalInput, stageInput } from '../support/proposals.ts';
import { bad, exposed, FEATURE, healthy, inStage, startedRollout, until, wishFor } from '../support/release.ts';
import { ANNA, chainOf, poll, startReplica, worldOf } from '../support/simulatedInstallation.ts';

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
  const id = await startedRollout(replica, PLAN);
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

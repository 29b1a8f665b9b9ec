import { describe, expect, it } from 'vitest';
import type { AuditVerdict } from '../../src/domain/audit/report.ts';
import { audited, findingsIn } from '../support/audited.ts';
import { firstBearsMore, proposalInput, stageInput } from '../support/proposals.ts';
import {
  bad,
  type Creation,
  FEATURE,
  healthy,
  inStage,
  startedRollout,
  stateOf,
  until,
  wishFor,
} from '../support/release.ts';
import { ANNA, AUREL, chainOf, pollFor, startReplica, worldOf } from '../support/simulatedInstallation.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** In the last of its two stages, of a contract that asks for an auditor. */
async function inLastStage(creation: Creation = {}) {
  const world = worldOf({ pollIntervalMs: 5 * MINUTE });
  healthy(world);
  const replica = await startReplica(world);
  const wedgeStages = [stageInput('canary', 10), stageInput('most', 60)];
  const wedge = { wedgeStages, rollback: { to: 'previousStage' } } as const;
  const id = await startedRollout(replica, firstBearsMore(proposalInput({ audit: 'external' }, wedge)), creation);
  const say = (subject: 'visit' | 'rollout', verdict: AuditVerdict) =>
    replica.audits.say(AUREL, id, { subject, verdict, findings: [], comment: null });
  await until(replica, id, inStage(0));
  await say('visit', 'PASS');
  await until(replica, id, inStage(1));
  const findings = async () => findingsIn(audited(await chainOf(world, FEATURE), world.clock.nowMs()));
  return { world, replica, id, say, findings };
}

/** Rolled back from there by a trigger, and come again. */
async function comesAgain({ world, replica, id, say }: Awaited<ReturnType<typeof inLastStage>>): Promise<void> {
  bad(world);
  await until(replica, id, inStage(0), 5);
  healthy(world);
  await say('visit', 'PASS');
  await replica.rollouts.approve(ANNA, id, {
    ...(await wishFor(replica, id)),
    stageId: 'most',
    decision: 'approve',
  });
  await until(replica, id, inStage(1));
}

describe('an auditor in the last stage', () => {
  it.for([false, true])('who is undecided about the visit keeps it from completing, dry run: %s', async (dryRun) => {
    const { replica, id, say, findings } = await inLastStage({ dryRun });
    await say('visit', 'INCONCLUSIVE');
    await say('rollout', 'PASS');
    await pollFor(replica, 2 * HOUR);
    expect((await replica.rollouts.status(id)).decision).toMatchObject({
      reason: 'audit',
      detail: "the auditor's verdict on visit 2 is INCONCLUSIVE",
    });
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE', stageIndex: 1 });
    expect(await findings()).toEqual([]);
  });

  it('who passes the rollout and says nothing of the visit lets it complete', async () => {
    const { replica, id, say, findings } = await inLastStage();
    await say('rollout', 'PASS');
    await until(replica, id, ({ wedgeState }) => wedgeState === 'COMPLETE');
    expect(await findings()).toEqual([]);
  });

  it('who passed the rollout before it was rolled back is asked again', async () => {
    const scene = await inLastStage();
    const { replica, id, say, findings } = scene;
    await say('rollout', 'PASS');
    await comesAgain(scene);
    await pollFor(replica, 2 * HOUR);
    expect((await replica.rollouts.status(id)).decision).toMatchObject({
      reason: 'audit',
      detail: "waits for an auditor's verdict on the rollout",
    });
    await say('rollout', 'PASS');
    await until(replica, id, ({ wedgeState }) => wedgeState === 'COMPLETE');
    expect(await findings()).toEqual([]);
  });

  it.for(['FAIL', 'INCONCLUSIVE'] as const)(
    'whose word on the rollout is %s has said it for good, rolled back or not',
    async (verdict) => {
      const scene = await inLastStage();
      const { replica, id, say, findings } = scene;
      await say('rollout', verdict);
      await comesAgain(scene);
      await expect(say('rollout', 'PASS')).rejects.toThrow(`the verdict on this rollout is ${verdict}`);
      await pollFor(replica, 2 * HOUR);
      expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE', stageIndex: 1 });
      expect(await findings()).toEqual([]);
    },
  );
});

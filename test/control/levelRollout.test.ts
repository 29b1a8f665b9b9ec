import { describe, expect, it } from 'vitest';
import { evidenceOf } from '../support/evidenceOf.ts';
import { type Open, the } from '../support/forged.ts';
import { findersOf, guardedRelease, verdictIn } from '../support/guardedRelease.ts';
import { ERROR_RATE, type SliInput, stageInput } from '../support/proposals.ts';
import { inStage, stateOf, until } from '../support/release.ts';
import { poll, pollFor } from '../support/simulatedInstallation.ts';
import { entriesOf, expectSound } from '../support/soundChain.ts';

const MINUTE = 60_000;

const QUEUE: SliInput = {
  ...{ id: 'queue', kind: 'gauge', source: 'prometheus', direction: 'lower', metric: 'queue_length', cohort: {} },
};
const CALM = Array.from({ length: 16 }, (_, index) => 100 + index);

describe('a rollout judged by the levels of a gauge', () => {
  const LEVELS = { sli: 'queue', compare: 'mannWhitney', windowSeconds: 600, toleranceShare: 0.05 } as const;

  async function levelled() {
    const withLevels = (stageId: string, percentage: number) => {
      const plain = stageInput(stageId, percentage);
      return {
        ...plain,
        successCriteria: [...plain.successCriteria, LEVELS],
        rollbackTrigger: [...plain.rollbackTrigger, { ...LEVELS, consecutive: 3 }],
      };
    };
    const wedgeStages = [withLevels('canary', 10), withLevels('half', 50), withLevels('everyone', 100)];
    const opened = await guardedRelease({ slis: [ERROR_RATE, QUEUE] }, { wedgeStages });
    const level = (treatment: readonly number[]) => {
      opened.world.metrics.level('queue', 'treatment', treatment).level('queue', 'control', CALM);
    };
    level(CALM);
    return { ...opened, level };
  }

  it('goes through where treatment lies as control does; at 100 % there is none', async () => {
    const { replica, id } = await levelled();
    await until(replica, id, ({ wedgeState }) => wedgeState === 'COMPLETE');
    await expectSound(replica);
  });

  it('is taken back after as many polls as were asked for, with the comparison in the entry', async () => {
    const { replica, id, level } = await levelled();
    await until(replica, id, inStage(0));
    await pollFor(replica, 15 * MINUTE);
    level(CALM.map((value) => value + 30));
    await poll(replica);
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE' });
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
    const [entry] = await entriesOf(replica, 'rolledBack');
    expect(entry).toMatchObject({
      data: { detail: expect.stringContaining('queue (trigger/1) is 137.5, control 107.5, shift 30, p ') },
    });
    await expectSound(replica);
  });

  it('waits where points are lacking, and goes on when they are back', async () => {
    const { replica, id, level } = await levelled();
    await until(replica, id, inStage(0));
    level(CALM.slice(0, 7));
    await pollFor(replica, 90 * MINUTE);
    expect((await replica.rollouts.status(id)).decision).toMatchObject({ reason: 'insufficientSamples' });
    level([...CALM, Number.NaN]);
    await pollFor(replica, 10 * MINUTE);
    expect((await replica.rollouts.status(id)).decision).toMatchObject({ reason: 'sourceUnavailable' });
    level(CALM);
    await until(replica, id, inStage(1), 400);
    await expectSound(replica);
  });

  it('VERDICTS: whoever forges it is found', async () => {
    const { replica, id, level } = await levelled();
    await until(replica, id, inStage(0));
    await pollFor(replica, 15 * MINUTE);
    level(CALM.map((value) => value + 30));
    await until(replica, id, ({ wedgeState }) => wedgeState === 'ROLLED_BACK');
    const chain = await expectSound(replica);
    const levels = (entries: Open[]) => evidenceOf('mannWhitney', verdictIn(the(entries, 'rolledBack'), 'trigger/1'));
    const forgeries: ((entries: Open[]) => void)[] = [
      (entries) => void Object.assign(levels(entries), { pValue: 0.011 }),
      (entries) => void Object.assign(levels(entries), { shift: 5 }),
      (entries) => void Object.assign(levels(entries), { shift: -30 }),
      (entries) => void Object.assign(levels(entries), { controlMedian: 1000 }),
      (entries) => void Object.assign(verdictIn(the(entries, 'rolledBack'), 'trigger/1'), { evidence: null }),
    ];
    for (const hand of forgeries) expect(findersOf(chain, hand)).toEqual(['VERDICTS']);
  });
});

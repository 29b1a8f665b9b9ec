import { describe, expect, it } from 'vitest';
import { evidenceOf } from '../support/evidenceOf.ts';
import { type Open, the } from '../support/forged.ts';
import { EVEN, findersOf, guardedRelease, serve, verdictIn, verdictOf } from '../support/guardedRelease.ts';
import { exposed, inStage, stateOf, until } from '../support/release.ts';
import { poll, pollFor, startReplica } from '../support/simulatedInstallation.ts';
import { entriesOf, expectSound } from '../support/soundChain.ts';

const MINUTE = 60_000;

describe('an outage, in a rollout whose criteria do not see it', () => {
  const OUT = { treatment: 0.6, control: 0.01 };

  it('INV-RWG-ROLLBACK: is taken back at the second poll that shows it, and not at the first', async () => {
    const { world, replica, id } = await guardedRelease();
    await until(replica, id, inStage(0));
    await pollFor(replica, 5 * MINUTE);
    serve(world, 'error_rate', EVEN, OUT);
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE' });
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK', threshold: 0 });
    expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
    const [entry] = await entriesOf(replica, 'rolledBack');
    expect(entry).toMatchObject({
      reason: 'criterion',
      data: { detail: expect.stringMatching(/^error_rate \(outage\/error_rate\) is 0.6, control 0.01\d*: outage/) },
    });
    await expectSound(replica);
  });

  it('is none where it is over after one poll, or where the control is out as well', async () => {
    const { world, replica, id } = await guardedRelease();
    await until(replica, id, inStage(0));
    for (let times = 0; times < 3; times += 1) {
      serve(world, 'error_rate', EVEN, OUT);
      await poll(replica);
      serve(world, 'error_rate', EVEN);
      await poll(replica);
    }
    serve(world, 'error_rate', EVEN, { treatment: 0.6, control: 0.4 });
    await pollFor(replica, 5 * MINUTE);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE' });
    await expectSound(replica);
  });

  it('is seen over a restart, and in the ramp too', async () => {
    const { world, replica, id } = await guardedRelease();
    await pollFor(replica, 2 * MINUTE);
    serve(world, 'error_rate', EVEN, OUT);
    await poll(replica);
    const again = await startReplica(world);
    await poll(again);
    expect(await stateOf(again, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
    await expectSound(again);
  });

  it('holds nothing up where nothing can be counted, and is not looked for at 100 %', async () => {
    const { world, replica, id } = await guardedRelease();
    world.metrics.tallyBy('error_rate', ({ sli }) => ({ kind: 'missing', detail: 'no series', query: sli.id }));
    await until(replica, id, inStage(1));
    await pollFor(replica, MINUTE);
    expect(await verdictOf(replica, id, 'outage/error_rate')).toMatchObject({
      ...{ outcome: 'inconclusive', reason: 'missing', role: 'guard' },
    });
    await until(replica, id, inStage(2));
    await poll(replica);
    expect(await verdictOf(replica, id, 'outage/error_rate')).toBeUndefined();
    await until(replica, id, ({ wedgeState }) => wedgeState === 'COMPLETE');
    await expectSound(replica);
  });

  it('is shown in the status, as what it is', async () => {
    const { replica, id } = await guardedRelease();
    await until(replica, id, inStage(0));
    await pollFor(replica, MINUTE);
    const { slis } = await replica.rollouts.status(id);
    expect(slis.find(({ criterion }) => criterion === 'outage/error_rate')).toMatchObject({
      ...{ role: 'guard', severity: 'rollback', verdict: 'pass', consecutive: 2, id: 'error_rate' },
      evidence: { kind: 'outage', poll: { treatment: { total: 150 }, control: { total: 150 } } },
    });
  });
});

describe('VERDICTS: whoever forges what a guard said is found', () => {
  it('an outage that was none, and one that was hidden', async () => {
    const { world, replica, id } = await guardedRelease();
    await until(replica, id, inStage(1));
    serve(world, 'error_rate', EVEN, { treatment: 0.6, control: 0.01 });
    await until(replica, id, ({ wedgeState }) => wedgeState === 'ROLLED_BACK');
    const chain = await expectSound(replica);
    const back = (entries: Open[]) => verdictIn(the(entries, 'rolledBack'), 'outage/error_rate');
    const advanced = (entries: Open[]) => verdictIn(the(entries, 'advanced'), 'outage/error_rate');
    const pollIn = (of: ReturnType<typeof back>) => evidenceOf('outage', of).poll;
    const forgeries: ((entries: Open[]) => void)[] = [
      (entries) => void Object.assign(pollIn(back(entries)).treatment, { bad: 74 }),
      (entries) => void Object.assign(pollIn(back(entries)).control, { bad: 60 }),
      (entries) => void Object.assign(pollIn(back(entries)).control, { total: 19 }),
      (entries) => void Object.assign(back(entries), { evidence: null }),
      (entries) => void Object.assign(back(entries), { consecutive: 1 }),
      (entries) => void Object.assign(pollIn(advanced(entries)).treatment, { bad: 140 }),
      (entries) => void Object.assign(advanced(entries), { severity: 'alert' }),
      (entries) => void Object.assign(advanced(entries), { key: 'outage/another' }),
    ];
    for (const hand of forgeries) expect(findersOf(chain, hand)).toEqual(['VERDICTS']);
  });
});

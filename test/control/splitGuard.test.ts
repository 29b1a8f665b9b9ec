import { describe, expect, it } from 'vitest';
import { evidenceOf } from '../support/evidenceOf.ts';
import { type Open, the } from '../support/forged.ts';
import { EVEN, findersOf, guardedRelease, serve, verdictIn, verdictOf } from '../support/guardedRelease.ts';
import { inStage, stateOf, until, wishFor } from '../support/release.ts';
import { OLGA, poll, pollFor, type Replica, startReplica } from '../support/simulatedInstallation.ts';
import { entriesOf, expectSound } from '../support/soundChain.ts';

const MINUTE = 60_000;
const UNITS = { units: { source: 'prometheus', counter: 'new_users_total' } };

describe('a split that is not as meant', () => {
  const SKEWED = { treatment: 12, control: 8 };

  it('pauses by default, with its counts in the entry; what is resumed begins anew', async () => {
    const { world, replica, id } = await guardedRelease({ sampleRatio: UNITS });
    await until(replica, id, inStage(0));
    await pollFor(replica, 5 * MINUTE);
    serve(world, 'units', SKEWED);
    await until(replica, id, ({ wedgeState }) => wedgeState === 'PAUSED', 40);
    const [entry] = await entriesOf(replica, 'paused');
    expect(entry).toMatchObject({
      reason: 'criterion',
      data: { detail: expect.stringContaining('(sampleRatio) is 0.5') },
    });
    const found = evidenceOf(
      'sampleRatio',
      entry?.evidence?.poll?.verdicts.find(({ key }) => key === 'sampleRatio'),
    );
    expect(found.logBayesFactor).toBeGreaterThanOrEqual(Math.log(100));
    expect(found.strata.map(({ stageId, threshold }) => [stageId, threshold])).toEqual([
      ['canary', 5_000],
      ['canary', 10_000],
    ]);
    serve(world, 'units', EVEN);
    await replica.rollouts.resume(OLGA, id, await wishFor(replica, id, 'the counter was mended'));
    await pollFor(replica, 2 * MINUTE);
    const [only, ...others] = evidenceOf('sampleRatio', await verdictOf(replica, id, 'sampleRatio')).strata;
    expect(others).toEqual([]);
    expect(only?.treatment).toBe(only?.control);
    await until(replica, id, inStage(1));
    expect(await entriesOf(replica, 'paused')).toHaveLength(1);
    await expectSound(replica);
  });

  it.each([
    ['rollback', 'ROLLED_BACK'],
    ['alert', 'ACTIVE'],
  ] as const)('%s: it is %s', async (action, wedgeState) => {
    const { world, replica, id } = await guardedRelease({ sampleRatio: { ...UNITS, action } });
    await until(replica, id, inStage(0));
    serve(world, 'units', SKEWED);
    await pollFor(replica, 15 * MINUTE);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState });
    await expectSound(replica);
  });

  it('is what was seen before a restart and after it, each of them once', async () => {
    const { world, replica, id } = await guardedRelease({ sampleRatio: UNITS });
    await until(replica, id, inStage(0));
    await pollFor(replica, 5 * MINUTE);
    const counted = async (of: Replica) =>
      evidenceOf('sampleRatio', await verdictOf(of, id, 'sampleRatio')).strata.at(-1)?.treatment ?? 0;
    const before = await counted(replica);
    const again = await startReplica(world);
    await poll(again);
    await poll(again);
    expect((await counted(again)) - before).toBe(10 * 30);
    await expectSound(again);
  });

  it('holds nothing up without data, and is none where the split is as meant, up to its end', async () => {
    const { world, replica, id } = await guardedRelease({ sampleRatio: UNITS });
    await until(replica, id, inStage(0));
    world.metrics.tallyBy('units', ({ sli }) => ({ kind: 'unavailable', detail: 'away', query: sli.id }));
    await until(replica, id, inStage(1));
    await until(replica, id, ({ wedgeState }) => wedgeState === 'COMPLETE');
    expect(await entriesOf(replica, 'paused')).toEqual([]);
    await expectSound(replica);
  });

  it('is looked for by the requests of a ratio where the contract says so', async () => {
    const { world, replica, id } = await guardedRelease({ sampleRatio: { requestsOf: 'error_rate' } });
    await until(replica, id, inStage(0));
    serve(world, 'error_rate', SKEWED);
    await until(replica, id, ({ wedgeState }) => wedgeState === 'PAUSED', 40);
    await expectSound(replica);
  });
});

describe('VERDICTS: whoever forges what a guard said is found', () => {
  it('a split that was as meant, and one that was not', async () => {
    const { world, replica, id } = await guardedRelease({ sampleRatio: UNITS });
    await until(replica, id, inStage(1));
    serve(world, 'units', { treatment: 12, control: 8 });
    await until(replica, id, ({ wedgeState }) => wedgeState === 'PAUSED', 400);
    const chain = await expectSound(replica);
    const paused = (entries: Open[]) => verdictIn(the(entries, 'paused'), 'sampleRatio');
    const advanced = (entries: Open[]) => verdictIn(the(entries, 'advanced'), 'sampleRatio');
    const split = (of: ReturnType<typeof paused>) => evidenceOf('sampleRatio', of);
    const forgeries: ((entries: Open[]) => void)[] = [
      (entries) => void Object.assign(split(paused(entries)).strata.at(-1) ?? {}, { treatment: 1 }),
      (entries) => void Object.assign(split(paused(entries)), { logBayesFactor: 1 }),
      (entries) => void Object.assign(split(paused(entries)), { expectedShare: 0.6 }),
      (entries) => void Object.assign(paused(entries), { evidence: null }),
      (entries) => void Object.assign(split(advanced(entries)), { logBayesFactor: 5 }),
      (entries) => void Object.assign(advanced(entries), { severity: 'alert' }),
      (entries) => void Object.assign(advanced(entries), { key: 'sampleRatios' }),
    ];
    for (const hand of forgeries) expect(findersOf(chain, hand)).toEqual(['VERDICTS']);
  });
});

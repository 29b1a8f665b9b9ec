import { describe, expect, it } from 'vitest';
import { logEvidence } from '../../src/domain/statistics/sequentialComparison.ts';
import { evidenceOf } from '../support/evidenceOf.ts';
import { ERROR_RATE, type ProposalInput, proposalInput, type StageInput, stageInput } from '../support/proposals.ts';
import { exposed, healthy, inStage, measure, recordOf, startedRollout, stateOf, until } from '../support/release.ts';
import { type Conditions, SimulatedCounters } from '../support/simulatedCounters.ts';
import { poll, pollFor, type Replica, startReplica, worldOf } from '../support/simulatedInstallation.ts';
import { entriesOf, expectSound } from '../support/soundChain.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const BAD: Partial<Conditions> = { badPercent: { treatment: 5, control: 1 } };

const SEQUENTIAL = {
  successCriteria: [{ sli: 'error_rate', minSamples: 100 }],
  rollbackTrigger: [{ sli: 'error_rate' }],
} satisfies Partial<StageInput>;

/** 10 and 50 % judged by the comparison alone, 100 % by what needs no control beside it. */
function proposal(wedge: Partial<ProposalInput['rolloutWedge']> = {}): ProposalInput {
  const last = stageInput('everyone', 100);
  const everyone = {
    ...last,
    successCriteria: [...last.successCriteria, ...SEQUENTIAL.successCriteria],
    rollbackTrigger: [...last.rollbackTrigger, ...SEQUENTIAL.rollbackTrigger],
  };
  const wedgeStages = [stageInput('canary', 10, SEQUENTIAL), stageInput('half', 50, SEQUENTIAL), everyone];
  return proposalInput({}, { wedgeStages, ...wedge });
}

/** A release that has just begun, on a service that is scraped; both cohorts fare alike. */
async function release(scrapeMs = 5 * SECOND, input = proposal()) {
  const world = worldOf();
  const shop = new SimulatedCounters(world.clock, scrapeMs);
  healthy(world);
  world.metrics.tallyBy('error_rate', (query) => shop.count(query));
  const replica = await startReplica(world);
  const id = await startedRollout(replica, input);
  return { world, shop, replica, id };
}

const verdictsOf = async (replica: Replica, id: string) => (await recordOf(replica, id)).tick?.poll.verdicts ?? [];
const evidenceIn = async (replica: Replica, id: string) => evidenceOf('sequential', (await verdictsOf(replica, id))[0]);

describe('a rollout judged by sequential criteria', () => {
  it('goes through all stages where treatment fares as control does; at 100 % there is no control', async () => {
    const { replica, id } = await release();
    const inLast = await until(replica, id, inStage(2));
    expect(inLast.threshold).toBe(100_000);
    await poll(replica);
    const applicable = (await verdictsOf(replica, id)).map(({ key, reason }) => `${key} ${reason}`);
    expect(applicable).toContain('trigger/1 notApplicable');
    expect(applicable).toContain('success/1 notApplicable');
    await until(replica, id, ({ wedgeState }) => wedgeState === 'COMPLETE');
    expect(await entriesOf(replica, 'rolledBack')).toEqual([]);
    await expectSound(replica);
  });

  it.each([
    ['in the ramp', (state: { phase: string }) => state.phase === 'ramp'],
    ['in a stage', inStage(1)],
  ] as const)(
    'INV-RWG-ROLLBACK: one bad in a hundred that become five are taken back %s, with the evidence in the entry',
    async (_, isSo) => {
      const { replica, shop, id } = await release();
      await until(replica, id, isSo);
      await pollFor(replica, 3 * MINUTE);
      shop.become(BAD);
      const state = await until(replica, id, ({ wedgeState }) => wedgeState === 'ROLLED_BACK', 20);
      expect(state.threshold).toBe(0);
      expect(exposed(replica)).toEqual({ here: 0, stored: 0 });
      const [entry] = await entriesOf(replica, 'rolledBack');
      expect(entry).toMatchObject({
        code: 'RWG-003',
        reason: 'criterion',
        data: {
          detail: expect.stringMatching(
            /^error_rate \(trigger\/0\) is 0\.0\d+, control 0\.01, .*worse than 1 times the control/,
          ),
        },
      });
      const verdict = entry?.evidence?.poll?.verdicts.find(({ key }) => key === 'trigger/0');
      const evidence = evidenceOf('sequential', verdict);
      expect(evidence.logEvidence).toBeGreaterThanOrEqual(Math.log(20));
      expect(evidence.lower).toBeGreaterThanOrEqual(1);
      await expectSound(replica);
    },
  );

  it('takes an outage back within two polls that show it, whatever the evidence', async () => {
    const { replica, shop, id } = await release(SECOND);
    await until(replica, id, inStage(0));
    await pollFor(replica, 5 * MINUTE);
    shop.become({ badPercent: { treatment: 100, control: 1 } });
    await pollFor(replica, 30 * SECOND);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
    await expectSound(replica);
  });

  it('back at the previous stage begins anew, with half of what it may be wrong by', async () => {
    const input = proposal({ rollback: { to: 'previousStage' } });
    const { replica, shop, id } = await release(5 * SECOND, input);
    await until(replica, id, inStage(1));
    await pollFor(replica, 3 * MINUTE);
    shop.become(BAD);
    await until(replica, id, inStage(0), 40);
    shop.become({});
    await pollFor(replica, HOUR);
    expect(await evidenceIn(replica, id)).toMatchObject({ logNeeded: -Math.log(0.025) });
    expect((await evidenceIn(replica, id)).logEvidence).toBeLessThan(0);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE', stageIndex: 0 });
    await expectSound(replica);
  });

  it('INV-RWG-ROLLBACK: is taken back though the criterion that found most of it can no longer be counted', async () => {
    const together = [{ sli: 'error_rate' }, { sli: 'other' }];
    const stage = (id: string, target: number) =>
      stageInput(id, target, { ...SEQUENTIAL, rollbackTrigger: [...together] });
    const input = proposalInput(
      { slis: [ERROR_RATE, { ...ERROR_RATE, id: 'other' }] },
      { wedgeStages: [stage('canary', 10), stage('half', 50)] },
    );
    const world = worldOf();
    const [shop, other] = [
      new SimulatedCounters(world.clock, 5 * SECOND),
      new SimulatedCounters(world.clock, 5 * SECOND),
    ];
    healthy(world);
    measure(world, 'other', 0.001);
    world.metrics.tallyBy('error_rate', (query) => shop.count(query));
    world.metrics.tallyBy('other', (query) => other.count(query));
    const replica = await startReplica(world);
    const id = await startedRollout(replica, input);
    await until(replica, id, inStage(0));
    await pollFor(replica, MINUTE);
    other.become({ badPercent: { treatment: 2, control: 1 } });
    while ((await evidenceIn(replica, id)).logEvidence < Math.log(14)) await poll(replica);
    other.become({ shown: 'untreated' });
    shop.become({ badPercent: { treatment: 2, control: 1 } });
    await until(replica, id, ({ wedgeState }) => wedgeState === 'ROLLED_BACK', 200);
    const [entry] = await entriesOf(replica, 'rolledBack');
    const verdicts = entry?.evidence?.poll?.verdicts.filter(({ role }) => role === 'trigger') ?? [];
    expect(verdicts.map(({ sli, outcome }) => `${sli} ${outcome}`)).toEqual(['error_rate fail', 'other inconclusive']);
    const found = Object.entries(entry?.evidence?.poll?.comparisons ?? {}).map(
      ([key, { evidence }]) => [key.includes('other') ? 'other' : 'own', logEvidence(evidence)] as const,
    );
    expect(new Map(found).get('other')).toBeGreaterThan(new Map(found).get('own') ?? Number.POSITIVE_INFINITY);
    await expectSound(replica);
  });

  it('keeps its evidence over a restart, and counts nothing twice and loses nothing', async () => {
    const { world, replica, shop, id } = await release();
    await until(replica, id, inStage(0));
    shop.become({ badPercent: { treatment: 1.1, control: 1 } });
    await pollFor(replica, 10 * MINUTE);
    const before = await evidenceIn(replica, id);
    const restarted = await startReplica(world);
    await poll(restarted, 2 * MINUTE);
    const after = await evidenceIn(restarted, id);
    expect(after.counts.treatment.total - before.counts.treatment.total).toBe((100 * 120) / 5);
    expect(after.logEvidence).not.toBeCloseTo(0, 3);
    shop.become({});
    await until(restarted, id, inStage(2));
    await expectSound(restarted);
  });
});

type Trouble = (shop: SimulatedCounters, replica: Replica) => void;
const TROUBLES: readonly (readonly [string, Trouble, string])[] = [
  ['the source is down', (_, { world }) => void world.metrics.fail('connection refused'), 'sourceUnavailable'],
  ['nobody comes', (shop) => shop.become({ requests: 0 }), 'noTraffic'],
  ['the scrapes stop', (shop) => shop.become({ shown: 'nothing' }), 'staleData'],
  ['the label is gone', (shop) => shop.become({ shown: 'unlabelled' }), 'missingData'],
  ['a counter is NaN', (shop) => shop.become({ shown: 'nan' }), 'missingData'],
  ['the series of treatment vanish', (shop) => shop.become({ shown: 'untreated' }), 'missingData'],
  ['the clock of the source is behind', (shop) => shop.become({ behindMs: 2 * MINUTE }), 'staleData'],
  ['the own clock goes back', (_, { world }) => world.clock.advance(-2 * HOUR), 'missingData'],
];

describe('no data neither advances nor rolls back, and it goes on when data returns', () => {
  it.each(TROUBLES)('where %s', async (_, trouble, reason) => {
    const { world, replica, shop, id } = await release();
    await until(replica, id, inStage(0));
    await pollFor(replica, 10 * MINUTE);
    trouble(shop, replica);
    await pollFor(replica, 100 * MINUTE);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE', stageIndex: 0, threshold: 10_000 });
    expect((await replica.rollouts.status(id)).decision).toMatchObject({ kind: 'hold', reason });
    world.metrics.recover();
    shop.become({});
    await until(replica, id, inStage(1), 400);
    expect(await entriesOf(replica, 'rolledBack')).toEqual([]);
    // Those in which something new was said.
    const held = (await entriesOf(replica, 'held')).map((entry) => entry.reason);
    expect(held.length).toBeLessThan(8);
    await expectSound(replica);
  });

  it('a counter that starts anew over and over is no regression', async () => {
    const { replica, shop, id } = await release();
    await until(replica, id, inStage(0));
    for (let times = 0; times < 20; times += 1) {
      shop.restart();
      await pollFor(replica, MINUTE);
    }
    expect(await entriesOf(replica, 'rolledBack')).toEqual([]);
    await until(replica, id, inStage(1), 400);
    await expectSound(replica);
  });

  it('polls between two scrapes are no news: the ledger hears of each reason once', async () => {
    const { replica, id } = await release(40 * SECOND);
    await until(replica, id, inStage(2));
    const held = (await entriesOf(replica, 'held')).map((entry) => entry.reason);
    expect(held.length).toBeLessThan(12);
    await expectSound(replica);
  });
});

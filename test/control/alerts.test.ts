import { describe, expect, it } from 'vitest';
import type { Notice } from '../../src/control/ports/outbox.ts';
import type { Entry } from '../../src/domain/ledger/entry.ts';
import { audited, findingsIn } from '../support/audited.ts';
import { forged, inserted, type Open, the } from '../support/forged.ts';
import { proposalInput, type StageInput, stageInput, type WindowedTriggerInput } from '../support/proposals.ts';
import {
  bad,
  FEATURE,
  healthy,
  inStage,
  measure,
  recordOf,
  startedRollout,
  stateOf,
  until,
  wishFor,
} from '../support/release.ts';
import {
  ANNA,
  chainOf,
  OLGA,
  OSKAR,
  poll,
  pollFor,
  type Replica,
  startReplica,
  worldOf,
} from '../support/simulatedInstallation.ts';
import { entriesOf, expectSound } from '../support/soundChain.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const CRITERION = 'trigger/1';
const ALERT: WindowedTriggerInput = {
  ...{ sli: 'error_rate', compare: 'absolute', operator: '>', threshold: 0.002, windowSeconds: 300 },
  ...{ consecutive: 2, severity: 'alert' },
};
const withAlert = (stage: StageInput, more: Partial<WindowedTriggerInput> = {}): StageInput => ({
  ...stage,
  rollbackTrigger: [...stage.rollbackTrigger, { ...ALERT, ...more }],
});
const planWith = (more: Partial<WindowedTriggerInput> = {}) =>
  proposalInput(
    {},
    {
      wedgeStages: [stageInput('canary', 10), stageInput('half', 50), stageInput('all', 100)].map((one) =>
        withAlert(one, more),
      ),
    },
  );

/** Good enough to go on, and too much to leave without a look. */
const odd = (world: Replica['world']) => measure(world, 'error_rate', 0.005);

async function inCanary(more: Partial<WindowedTriggerInput> = {}, creation = {}) {
  const world = worldOf({ pollIntervalMs: MINUTE });
  healthy(world);
  const replica = await startReplica(world);
  const id = await startedRollout(replica, planWith(more), creation);
  await until(replica, id, inStage(0));
  await poll(replica);
  return { world, replica, id };
}

const typesOf = async (replica: Replica) =>
  (await entriesOf(replica, 'alerted', 'alertResolved', 'reviewed')).map(({ type }) => type);
const alertsOf = async (replica: Replica, id: string) => (await replica.rollouts.status(id)).alerts;
const toldOf = async ({ world }: Replica): Promise<readonly Notice[]> =>
  (await world.kept.outbox.claim(world.clock.nowMs(), 1000, 0)).map(({ notice }) => notice);

describe('a criterion of severity alert', () => {
  it('that fails for its count is on the ledger once, with its evidence, and asks for a review', async () => {
    const { world, replica, id } = await inCanary();
    odd(world);
    await poll(replica);
    expect(await alertsOf(replica, id)).toEqual([]);
    await poll(replica);
    const sinceMs = world.clock.nowMs();
    await pollFor(replica, 5 * MINUTE);
    const [entry, ...others] = await entriesOf(replica, 'alerted');
    expect(others).toEqual([]);
    expect(entry).toMatchObject({
      reason: 'criterion',
      actor: { kind: 'sluice' },
      stage: 'canary',
      at: new Date(sinceMs).toISOString(),
      data: { criterion: CRITERION, sli: 'error_rate' },
    });
    expect(entry?.evidence?.poll?.verdicts.find(({ key }) => key === CRITERION)).toMatchObject({ outcome: 'fail' });
    expect(entry?.evidence?.poll?.counts[CRITERION]).toBe(2);
    expect(await alertsOf(replica, id)).toMatchObject([{ criterion: CRITERION, review: null }]);
    await expectSound(replica);
  });

  it('is stored with its tick, in one transaction, and told by the outbox once', async () => {
    const { world, replica, id } = await inCanary();
    odd(world);
    await pollFor(replica, 5 * MINUTE);
    const told = (await toldOf(replica)).filter(({ kind }) => kind === 'alerted');
    expect(told).toMatchObject([{ feature: FEATURE, rolloutId: id }]);
    expect(told[0]?.text).toMatch(
      /^checkout-v2: a review is asked for: error_rate \(trigger\/1\) is 0\.005, limit 0\.002/,
    );
    const [entry] = await entriesOf(replica, 'alerted');
    const record = await recordOf(replica, id);
    expect(record.tick?.poll.atMs).toBe(world.clock.nowMs());
    expect(Date.parse(entry?.at ?? '')).toBe(entry?.evidence?.poll?.atMs);
  });

  it('ends where it passes again, and what fails anew alerts anew', async () => {
    const { world, replica, id } = await inCanary();
    odd(world);
    await pollFor(replica, 3 * MINUTE);
    healthy(world);
    await poll(replica);
    expect(await alertsOf(replica, id)).toEqual([]);
    odd(world);
    await pollFor(replica, 4 * MINUTE);
    expect(await typesOf(replica)).toEqual(['alerted', 'alertResolved', 'alerted']);
    await expectSound(replica);
  });

  it('neither begins nor ends by what can not be judged', async () => {
    const { world, replica, id } = await inCanary();
    odd(world);
    await pollFor(replica, 3 * MINUTE);
    world.metrics.fail('away');
    await pollFor(replica, 3 * MINUTE);
    expect(await alertsOf(replica, id)).toHaveLength(1);
    world.metrics.recover();
    await pollFor(replica, 3 * MINUTE);
    expect(await typesOf(replica)).toEqual(['alerted']);
    await expectSound(replica);
  });

  it('decides nothing: the release goes to everyone while it stands, stage by stage', async () => {
    const { world, replica, id } = await inCanary();
    odd(world);
    await until(replica, id, ({ wedgeState }) => wedgeState === 'COMPLETE');
    // A visit has alerts of its own; none is left of what has ended.
    const stages = (await entriesOf(replica, 'alerted')).map(({ stage }) => stage);
    expect(stages).toEqual(['canary', 'half', 'all']);
    expect(await alertsOf(replica, id)).toEqual([]);
    expect((await entriesOf(replica, 'paused', 'rolledBack')).length).toBe(0);
    await expectSound(replica);
  });

  it('stands through a pause and its end, which begin no second one', async () => {
    const { world, replica, id } = await inCanary();
    odd(world);
    await pollFor(replica, 3 * MINUTE);
    await replica.closings.pause(OLGA, id, 'lunch');
    await pollFor(replica, 3 * MINUTE);
    await replica.rollouts.resume(OLGA, id, await wishFor(replica, id));
    await pollFor(replica, 3 * MINUTE);
    expect(await typesOf(replica)).toEqual(['alerted']);
    expect(await alertsOf(replica, id)).toHaveLength(1);
    await expectSound(replica);
  });

  it('leaves the version of the rollout, so an operator may act on the status that was read before', async () => {
    const { world, replica, id } = await inCanary();
    const { version } = await stateOf(replica, id);
    odd(world);
    await pollFor(replica, 3 * MINUTE);
    expect((await stateOf(replica, id)).version).toBe(version);
  });

  it('of a dry run is judged and shown, and asks for nothing', async () => {
    const { world, replica, id } = await inCanary({ dryRun: true });
    odd(world);
    await pollFor(replica, 5 * MINUTE);
    const shown = (await replica.rollouts.status(id)).slis.find(({ criterion }) => criterion === CRITERION);
    expect(shown).toMatchObject({ verdict: 'fail', severity: 'alert', dryRun: true });
    expect(await typesOf(replica)).toEqual([]);
  });

  it('in a rollout that only pretends is on the ledger as such, and nobody is told', async () => {
    const { world, replica } = await inCanary({}, { dryRun: true });
    odd(world);
    await pollFor(replica, 3 * MINUTE);
    expect(await entriesOf(replica, 'alerted')).toMatchObject([{ dryRun: true }]);
    expect((await toldOf(replica)).filter(({ kind }) => kind === 'alerted')).toEqual([]);
    await expectSound(replica);
  });

  it('with a limit of "3 of the last 5" sees what comes and goes', async () => {
    const { world, replica } = await inCanary({ consecutive: 1, polls: { atLeast: 3, ofLast: 5 } });
    for (const look of [odd, healthy, odd, healthy]) {
      look(world);
      await poll(replica);
    }
    expect(await typesOf(replica)).toEqual([]);
    odd(world);
    await poll(replica);
    const [entry] = await entriesOf(replica, 'alerted');
    expect(entry?.data).toMatchObject({ detail: expect.stringMatching(/3 of the last 5 polls, limit 3$/) });
    expect(entry?.evidence?.poll?.history[CRITERION]).toBe('10101');
    await expectSound(replica);
  });

  it('is lost in no rollback: that one tells of it by its own evidence', async () => {
    const { world, replica } = await inCanary({ consecutive: 1 });
    bad(world);
    await pollFor(replica, 2 * MINUTE);
    const [rolledBack] = await entriesOf(replica, 'rolledBack');
    expect(rolledBack?.evidence?.poll?.verdicts.find(({ key }) => key === CRITERION)).toMatchObject({
      outcome: 'fail',
    });
    expect(await typesOf(replica)).toEqual([]);
    await expectSound(replica);
  });
});

describe('a review', () => {
  it('is recorded with who looked and what they found, once, and is no longer asked for', async () => {
    const { world, replica, id } = await inCanary();
    odd(world);
    await pollFor(replica, 3 * MINUTE);
    await replica.reviews.give(OLGA, id, { criterion: CRITERION, comment: 'a bot, blocked' });
    await replica.reviews.give(OSKAR, id, { criterion: CRITERION, comment: 'seen, too' });
    expect(await entriesOf(replica, 'reviewed')).toMatchObject([
      { actor: { kind: 'person', subject: 'olga' }, comment: 'a bot, blocked', data: { criterion: CRITERION } },
    ]);
    expect(await alertsOf(replica, id)).toMatchObject([{ review: { by: 'olga', comment: 'a bot, blocked' } }]);
    await pollFor(replica, HOUR / 6);
    expect(await typesOf(replica)).toEqual(['alerted', 'reviewed']);
    await expectSound(replica);
  });

  it('is asked for again by an alert that begins again', async () => {
    const { world, replica, id } = await inCanary();
    odd(world);
    await pollFor(replica, 3 * MINUTE);
    await replica.reviews.give(OLGA, id, { criterion: CRITERION, comment: 'a bot, blocked' });
    healthy(world);
    await poll(replica);
    odd(world);
    await pollFor(replica, 3 * MINUTE);
    expect(await alertsOf(replica, id)).toMatchObject([{ review: null }]);
    await expectSound(replica);
  });

  it('of nothing that stands is refused, and nothing is written', async () => {
    const { world, replica, id } = await inCanary();
    const give = (criterion: string) => replica.reviews.give(ANNA, id, { criterion, comment: 'I looked' });
    await expect(give(CRITERION)).rejects.toMatchObject({ code: 'REVIEW_NOT_ASKED' });
    odd(world);
    await pollFor(replica, 3 * MINUTE);
    await expect(give('trigger/0')).rejects.toThrow(/the alerts are of trigger\/1/);
    await expect(replica.reviews.give(ANNA, 'nobody', { criterion: CRITERION, comment: 'x' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await typesOf(replica)).toEqual(['alerted']);
  });
});

/** An alert that stood, was reviewed, and ended. */
async function told(): Promise<readonly Entry[]> {
  const { world, replica, id } = await inCanary();
  odd(world);
  await pollFor(replica, 3 * MINUTE);
  await replica.reviews.give(OLGA, id, { criterion: CRITERION, comment: 'a bot, blocked' });
  healthy(world);
  await poll(replica);
  return chainOf(world, FEATURE);
}
const verdictIn = (entry: Open) => {
  const verdict = entry.evidence?.poll?.verdicts.find(({ key }) => key === CRITERION);
  if (verdict === undefined) throw new Error('no verdict');
  return verdict;
};
const FORGERIES: readonly (readonly [what: string, finding: RegExp, hand: (entries: Open[]) => void])[] = [
  [
    'an alert of what did not fail',
    /SLU-REPLAY.*comes out as pass, and it says alerted/,
    (entries) => Object.assign(verdictIn(the(entries, 'alerted')), { outcome: 'pass' }),
  ],
  [
    'an alert before its count',
    /SLU-REPLAY.*comes out as fail, and it says alerted/,
    (entries) => {
      const { poll: measured } = the(entries, 'alerted').evidence ?? {};
      if (measured != null) measured.counts[CRITERION] = 1;
    },
  ],
  [
    'an alert of a criterion that does not alert',
    /SLU-REPLAY.*trigger\/0 is no criterion that alerts/,
    (entries) => {
      the(entries, 'alerted').data.criterion = 'trigger/0';
    },
  ],
  [
    'an alert on no evidence',
    /SLU-REPLAY.*rests on no evidence/,
    (entries) => {
      the(entries, 'alerted').evidence = null;
    },
  ],
  [
    'a limit that the plan does not have',
    /VERDICTS.*trigger\/1 \(error_rate\) is judged otherwise than the plan has it/,
    (entries) => {
      verdictIn(the(entries, 'alerted')).consecutive = 1;
    },
  ],
  [
    'a second alert while the first stands',
    /STATES.*alerts of trigger\/1, which stands already/,
    (entries) => {
      const alerted = the(entries, 'alerted');
      inserted(entries, alerted, { evidence: structuredClone(alerted.evidence) });
    },
  ],
  [
    'the end of an alert that never began',
    /STATES.*ends an alert of trigger\/1 that does not stand/,
    (entries) => entries.splice(entries.indexOf(the(entries, 'alerted')), 1),
  ],
  [
    'the end of an alert that goes on',
    /SLU-REPLAY.*comes out as fail, and it says alertResolved/,
    (entries) => Object.assign(verdictIn(the(entries, 'alertResolved')), { outcome: 'fail' }),
  ],
  [
    'a review by nobody',
    /STATES.*is no person’s word/,
    (entries) => {
      the(entries, 'reviewed').actor = { kind: 'sluice', subject: 'sluice' };
    },
  ],
  [
    'a review of what nobody was alerted of',
    /STATES.*reviews trigger\/7/,
    (entries) => {
      the(entries, 'reviewed').data.criterion = 'trigger/7';
    },
  ],
];

describe('the verifier', () => {
  it('finds nothing in what was lived', async () => {
    expect(findingsIn(audited(await told()))).toEqual([]);
  });

  it.for(FORGERIES)('finds %s', async ([, finding, hand]) => {
    expect(findingsIn(audited(forged(await told(), (entries) => void hand(entries)))).join('\n')).toMatch(finding);
  });
});

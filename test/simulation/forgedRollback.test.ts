import { beforeAll, describe, expect, it } from 'vitest';
import type { CheckId } from '../../src/domain/audit/report.ts';
import type { Entry } from '../../src/domain/ledger/entry.ts';
import { audited, failedChecks, findingsIn } from '../support/audited.ts';
import { forged, inserted, type Open, replanned, the } from '../support/forged.ts';
import { proposalInput, stageInput } from '../support/proposals.ts';
import { FEATURE, healthy, inStage, startedRollout, until } from '../support/release.ts';
import { chainOf, OLGA, pollFor, startReplica, worldOf } from '../support/simulatedInstallation.ts';

const MINUTE = 60_000;

const PLAN = proposalInput(
  {},
  {
    rollback: { to: 'previousStage', mode: 'progressive', overMinutes: 20 },
    wedgeStages: [stageInput('canary', 10), stageInput('half', 50)],
  },
);

/** Up to the last stage, and step by step back to the one before, which then is seen to be well. */
async function lived(): Promise<readonly Entry[]> {
  const world = worldOf({ pollIntervalMs: MINUTE });
  healthy(world);
  const replica = await startReplica(world);
  const id = await startedRollout(replica, PLAN);
  await until(replica, id, inStage(1));
  await replica.closings.rollback(OLGA, id, { to: null, comment: 'nothing burns' });
  await pollFor(replica, 40 * MINUTE);
  return chainOf(world, FEATURE);
}

let chain: readonly Entry[] = [];
beforeAll(async () => {
  chain = await lived();
});

const everyone = (threshold: number) => [
  { scope: { groups: 'all' as const, regions: 'all' as const, tiers: 'all' as const }, threshold },
];
const endAt = (entries: Open[], entry: Open) => entries.splice(entries.indexOf(entry) + 1);

const FORGERIES: readonly (readonly [string, readonly CheckId[], (entries: Open[]) => void])[] = [
  [
    'less than half at once',
    ['INV-RWG-ROLLBACK'],
    (entries) => {
      const step = the(entries, 'rollbackStep');
      step.data.exposure.grants = everyone(40_000);
      endAt(entries, step);
    },
  ],
  [
    'a step that leaves more than it should',
    ['INV-RWG-ROLLBACK'],
    (entries) => {
      const step = the(entries, 'rollbackStep', 3);
      step.data.exposure.grants = everyone(25_000);
      endAt(entries, step);
    },
  ],
  [
    'a step that lets people in again',
    ['INV-RWG-ROLLBACK', 'SLU-DOOR'],
    (entries) => {
      const step = the(entries, 'rollbackStep', 3);
      step.data.exposure.grants = everyone(40_000);
      endAt(entries, step);
    },
  ],
  [
    'a step out of turn',
    ['INV-RWG-ROLLBACK'],
    (entries) => {
      const step = the(entries, 'rollbackStep', 3);
      step.data.step = 5;
      endAt(entries, step);
    },
  ],
  [
    'a step that nobody has decided',
    ['SLU-REPLAY'],
    (entries) => {
      const step = the(entries, 'rollbackStep', 3);
      step.evidence = null;
      endAt(entries, step);
    },
  ],
  [
    'steps taken at another pace than the plan says',
    ['INV-RWG-ROLLBACK'],
    (entries) => {
      const step = the(entries, 'rollbackStep');
      if (step.data.begins !== null) step.data.begins.overMs *= 2;
      endAt(entries, step);
    },
  ],
  [
    'a leisurely rollback that Sluice began by itself',
    ['INV-RWG-ROLLBACK', 'SLU-REPLAY'],
    (entries) => {
      const step = the(entries, 'rollbackStep');
      step.actor = { kind: 'sluice', subject: 'sluice' };
      endAt(entries, step);
    },
  ],
  [
    'a way down that leads up',
    ['INV-RWG-ROLLBACK'],
    (entries) => {
      const step = the(entries, 'rollbackStep');
      if (step.data.begins !== null) Object.assign(step.data.begins, { toStageIndex: 1 });
      endAt(entries, step);
    },
  ],
  [
    'a target beyond the plan',
    ['INV-RWG-ROLLBACK'],
    (entries) => {
      const step = the(entries, 'rollbackStep');
      if (step.data.begins !== null) step.data.begins.to = everyone(20_000);
      step.data.exposure.grants = everyone(35_000);
      endAt(entries, step);
    },
  ],
  [
    'an end before its time',
    ['INV-RWG-ROLLBACK', 'SLU-REPLAY'],
    (entries) => {
      const back = the(entries, 'rolledBack');
      if (back.evidence !== null) back.evidence.nowMs -= 2 * MINUTE;
      endAt(entries, back);
    },
  ],
  [
    'time that an immediate rollback never took',
    ['INV-RWG-ROLLBACK', 'SLU-REPLAY'],
    (entries) => {
      const [first, back] = [the(entries, 'rollbackStep'), the(entries, 'rolledBack')];
      entries.splice(entries.indexOf(first), entries.indexOf(back) - entries.indexOf(first));
      endAt(entries, back);
    },
  ],
  [
    'an override by two people while it goes down',
    ['INV-RWG-ROLLBACK', 'SLU-DOOR'],
    (entries) => {
      const step = the(entries, 'rollbackStep', 2);
      const { exposure } = step.data;
      const data = { workspaceId: 'acme', threshold: 90_000, expiresAtMs: null, raises: true, requestedBy: 'anna' };
      const said = { exposure: { ...exposure, raises: { acme: 90_000 } }, ...data };
      const actor = { kind: 'person', subject: 'emil' };
      const made = inserted(entries, step, { type: 'overrideSet', rollout: null, contract: null, actor, data: said });
      endAt(entries, made);
    },
  ],
  [
    'health that was told against its own numbers',
    ['HEALTH'],
    (entries) => {
      const [verdict] = the(entries, 'healthVerified').data.verdicts;
      if (verdict !== undefined) verdict.value = 0.5;
    },
  ],
  [
    'health that was told against its own verdicts',
    ['HEALTH'],
    (entries) => {
      the(entries, 'healthVerified').data.outcome = 'notRecovered';
    },
  ],
  [
    'health that nobody measured',
    ['HEALTH'],
    (entries) => {
      the(entries, 'healthVerified').data.verdicts = [];
    },
  ],
  [
    'health that was told before the windows were full',
    ['HEALTH'],
    (entries) => {
      const [back, told] = [the(entries, 'rolledBack'), the(entries, 'healthVerified')];
      told.at = back.at;
      entries.splice(entries.indexOf(told), 1);
      entries.splice(entries.indexOf(back) + 1, entries.length, told);
    },
  ],
  [
    'health that was told twice',
    ['HEALTH'],
    (entries) => {
      const told = the(entries, 'healthVerified');
      inserted(entries, told, {});
    },
  ],
  [
    'health that the contract did not ask for',
    ['HEALTH'],
    (entries) => {
      replanned(entries, ({ contract }) => {
        contract.rolloutWedge.rollback.verifyHealth = false;
      });
    },
  ],
];

describe('a progressive rollback that was lived', () => {
  it('passes every check, step by step, and its health is told', () => {
    const report = audited(chain);
    expect(findingsIn(report)).toEqual([]);
    const types = chain.map(({ type }) => type);
    expect(types.filter((type) => type === 'rollbackStep')).toHaveLength(10);
    expect(types).toEqual(expect.arrayContaining(['rolledBack', 'exposureRemoved', 'healthVerified']));
  });

  it('INV-RWG-ROLLBACK: its last step has no deadline, since nobody had to wait for it', () => {
    const unsaid = forged(chain, (entries) => void endAt(entries, the(entries, 'rolledBack')));
    expect(audited(unsaid)).toMatchObject({ verdict: 'PASS' });
  });

  it.for(FORGERIES)('forged to hold %s: found by %s', ([, checks, hand]) => {
    const report = audited(forged(chain, hand));
    expect({ failed: failedChecks(report), findings: findingsIn(report) }).toMatchObject({ failed: checks });
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import type { Entry } from '../../src/domain/ledger/entry.ts';
import { audited, failedChecks, findingsIn } from '../support/audited.ts';
import { forged, type Open, replanned, the } from '../support/forged.ts';
import { proposalInput, type StageInput, stageInput } from '../support/proposals.ts';
import { FEATURE, healthy, inStage, startedRollout, until } from '../support/release.ts';
import { SimulatedCounters } from '../support/simulatedCounters.ts';
import { chainOf, pollFor, startReplica, worldOf } from '../support/simulatedInstallation.ts';

const MINUTE = 60_000;

/** Judged by a window beside the control, and by two comparisons that are weighed together. */
const stage = (stageId: string, percentage: number): StageInput => {
  const plain = stageInput(stageId, percentage);
  const beside = { sli: 'error_rate', compare: 'baselineRatio', threshold: 1.5, windowSeconds: 300 } as const;
  return {
    ...plain,
    successCriteria: [...plain.successCriteria, { ...beside, operator: '<=' as const }, { sli: 'error_rate' }],
    rollbackTrigger: [
      ...plain.rollbackTrigger,
      { ...beside, operator: '>' as const },
      { sli: 'error_rate' },
      { sli: 'error_rate', margin: 1.2 },
    ],
  };
};

/** Up to the second stage, and back from it for what was counted. */
async function lived(): Promise<readonly Entry[]> {
  const world = worldOf();
  const shop = new SimulatedCounters(world.clock, 5000);
  healthy(world);
  world.metrics.tallyBy('error_rate', (query) => shop.count(query));
  const replica = await startReplica(world);
  const wedgeStages = [stage('canary', 10), stage('half', 50), stage('most', 90)];
  const id = await startedRollout(replica, proposalInput({}, { wedgeStages, rollback: { to: 'previousStage' } }));
  await until(replica, id, inStage(1));
  await pollFor(replica, 3 * MINUTE);
  shop.become({ badPercent: { treatment: 5, control: 1 } });
  await until(replica, id, inStage(0), 40);
  shop.become({});
  await pollFor(replica, 5 * MINUTE);
  return chainOf(world, FEATURE);
}

let chain: readonly Entry[] = [];
beforeAll(async () => {
  chain = await lived();
});

const verdict = (entry: { evidence: Open['evidence'] }, key: string) => {
  const found = entry.evidence?.poll?.verdicts.find((one) => one.key === key);
  if (found === undefined) throw new Error(`${key} was not judged`);
  return found;
};
const evidence = (entry: { evidence: Open['evidence'] }, key: string) => {
  const found = verdict(entry, key).evidence;
  if (found?.kind !== 'sequential') throw new Error(`${key} has no evidence`);
  return found;
};
const comparisons = (entry: { evidence: Open['evidence'] }) => Object.values(entry.evidence?.poll?.comparisons ?? {});

const FORGERIES: readonly (readonly [broken: string, hand: (entries: Open[]) => void])[] = [
  [
    'a trigger that nobody looked at',
    (entries) => {
      const poll = the(entries, 'advanced').evidence?.poll;
      if (poll != null) poll.verdicts = poll.verdicts.filter(({ key }) => key !== 'trigger/2');
    },
  ],
  [
    'a trigger that only alerts, where the plan rolls back for it',
    (entries) => {
      verdict(the(entries, 'advanced'), 'trigger/2').severity = 'alert';
    },
  ],
  [
    'a condition that is fine by another baseline',
    (entries) => {
      verdict(the(entries, 'advanced'), 'trigger/1').baseline = 1e-9;
    },
  ],
  [
    'a verdict called otherwise than it came out',
    (entries) => {
      verdict(the(entries, 'advanced'), 'success/0').reason = 'doesNotHold';
    },
  ],
  [
    'a verdict on fewer samples than the plan asks for',
    (entries) => {
      verdict(the(entries, 'advanced'), 'success/0').samples = 99;
    },
  ],
  [
    'a comparison left out, and there was a control',
    (entries) => {
      const left = verdict(the(entries, 'advanced'), 'trigger/2');
      Object.assign(left, { outcome: 'inconclusive', reason: 'notApplicable' });
    },
  ],
  [
    'less evidence than the counts make',
    (entries) => {
      evidence(the(entries, 'rolledBack'), 'trigger/2').logEvidence = 1;
    },
  ],
  [
    'a lower bar for the evidence',
    (entries) => {
      evidence(the(entries, 'rolledBack'), 'trigger/2').logNeeded = 1;
    },
  ],
  [
    'counts that make no evidence',
    (entries) => {
      for (const { evidence } of comparisons(the(entries, 'rolledBack'))) evidence.logAtoms = [-1, -1, -1, -1, -1, -1];
    },
  ],
  [
    'an α that was smaller',
    (entries) => {
      replanned(entries, ({ contract }) => {
        for (const { rollbackTrigger } of contract.rolloutWedge.wedgeStages) {
          for (const trigger of rollbackTrigger) if (trigger.compare === 'sequential') trigger.alpha = 0.01;
        }
      });
    },
  ],
];

describe('verdicts on a chain', () => {
  it('follow from the plan and their own numbers, by windows and by evidence, before and after a rollback', () => {
    const report = audited(chain, Date.parse(chain.at(-1)?.at ?? ''));
    expect(findingsIn(report)).toEqual([]);
    expect(chain.filter(({ type }) => type === 'rolledBack')).toHaveLength(1);
    expect(report.checks.find(({ check }) => check === 'VERDICTS')?.examined).toBeGreaterThan(5);
  });

  it.for(FORGERIES)('forged to hold %s: found', ([, hand]) => {
    expect(failedChecks(audited(forged(chain, hand)))).toContain('VERDICTS');
  });
});

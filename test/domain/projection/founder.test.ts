import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/domain/ledger/entry.ts';
import { founderView } from '../../../src/domain/projection/founder.ts';
import { LINKS, type Link, missingLinks } from '../../../src/domain/projection/lineage.ts';
import type { RolloutRecords } from '../../../src/domain/projection/rolloutRecords.ts';
import { contractOf, Tale } from './tale.ts';
import { tales } from './tales.ts';

const completed = (times = 5) => new Tale().propose(contractOf('c1', null)).create('c1').open('c1', times);

const without = (records: RolloutRecords, ...types: readonly Entry['type'][]): RolloutRecords => ({
  ...records,
  entries: records.entries.filter(({ type }) => !types.includes(type)),
});
const withoutIssues = (records: RolloutRecords): RolloutRecords => ({
  ...records,
  rollout: { ...records.rollout, contract: { ...records.rollout.contract, issueIds: [] } },
});

/** How each link is taken away. */
const REMOVED: Readonly<Record<Link, (records: RolloutRecords) => RolloutRecords>> = {
  issue: withoutIssues,
  contract: (records) => without(records, 'proposed'),
  approval: (records) => without(records, 'approved'),
  execution: (records) => without(records, 'started'),
  audit: (records) => without(records, 'audited'),
  rollout: (records) => without(records, 'created'),
};

type Missing = (records: RolloutRecords) => readonly Link[];
const linksOf = (tale: Tale) => [...new Set(tale.entries.map(({ rollout }) => rollout))].filter((id) => id !== null);

/** What is taken away is named, beside what was missing before; complete is what misses nothing. */
const namesWhatIsGone = (missing: Missing) =>
  fc.property(tales, fc.subarray([...LINKS]), (tale, gone) => {
    for (const id of linksOf(tale)) {
      const records = tale.rolloutRecords(id);
      const before = missing(records);
      const after = missing(gone.reduce((left, link) => REMOVED[link](left), records));
      expect(after).toEqual(LINKS.filter((link) => before.includes(link) || gone.includes(link)));
    }
  });

describe('the lineage of a rollout', () => {
  it('ROLLOUT-002: names each link that is not there, and no other', () => {
    fc.assert(namesWhatIsGone(missingLinks), { numRuns: 100 });
  });

  const CARELESS: readonly (readonly [what: string, missing: Missing])[] = [
    ['takes a rollout for an execution', (records) => missingLinks(records).filter((link) => link !== 'execution')],
    ['asks no approval', (records) => missingLinks(records).filter((link) => link !== 'approval')],
    ['says nothing', () => []],
  ];
  it.each(CARELESS)('ROLLOUT-002: one that %s is found out', (_, missing) => {
    expect(fc.check(namesWhatIsGone(missing), { numRuns: 100 }).failed).toBe(true);
  });

  it('ROLLOUT-002: is complete where nothing is missing, and says so of what stands earlier', () => {
    const stands = (tale: Tale) => {
      const { lineageComplete, missing } = founderView(tale.rolloutRecords('c1'));
      expect(lineageComplete).toBe(missing.length === 0);
      return missing;
    };
    expect(stands(completed(0))).toEqual(['execution', 'audit']);
    expect(stands(completed(1))).toEqual(['audit']);
    expect(stands(completed(2))).toEqual([]);
    expect(stands(completed(5))).toEqual([]);
    expect(stands(completed(2).rollBack('c1'))).toEqual([]);
  });

  it('takes no approval by the proposer, of another digest, or of too few', () => {
    const approvedBy = (approvers: readonly string[], criticality: 'standard' | 'critical' = 'standard') =>
      new Tale()
        .propose(contractOf('c1', null, { criticality }), approvers)
        .create('c1')
        .open('c1', 2);
    const missing = (tale: Tale) => missingLinks(tale.rolloutRecords('c1'));
    expect(missing(approvedBy([]))).toEqual(['approval']);
    expect(missing(approvedBy(['olga']))).toEqual(['approval']);
    expect(missing(approvedBy(['anna'], 'critical'))).toEqual(['approval']);
    expect(missing(approvedBy(['anna', 'anna'], 'critical'))).toEqual(['approval']);
    expect(missing(approvedBy(['anna', 'emil'], 'critical'))).toEqual([]);
    const records = approvedBy(['anna']).rolloutRecords('c1');
    const otherwise = records.entries.map((entry) =>
      entry.type === 'approved' ? { ...entry, data: { digest: '0'.repeat(64) } } : entry,
    );
    expect(missingLinks({ ...records, entries: otherwise })).toEqual(['approval']);
  });

  it('takes no other contract for the one that the rollout was created by', () => {
    const records = completed(2).rolloutRecords('c1');
    const other = contractOf('c1', null, { title: 'Something else' });
    const forged = records.entries.map((entry) =>
      entry.type === 'proposed' ? { ...entry, data: { ...entry.data, contract: other } } : entry,
    );
    expect(missingLinks({ ...records, entries: forged })).toEqual(['contract']);
  });
});

describe('the founder view', () => {
  it('tells plan, execution and audit, each with its place in the ledger', () => {
    const tale = completed(3).rollBack('c1', 'previousStage').open('c1', 3);
    const view = founderView(tale.rolloutRecords('c1'));
    expect(view).toMatchObject({
      issueIds: ['SHOP-142'],
      contract: { id: 'c1', title: 'One-page checkout', proposedBy: 'olga', entry: { seq: 1 } },
      approvals: [{ subject: 'anna', decision: 'approve', stageId: null, entry: { seq: 2 } }],
      execution: {
        rollbacks: [{ fromStageId: 'half', toStageId: 'beta', automatic: true, detail: 'too bad' }],
        pauses: 0,
      },
      audit: { verdict: 'PASS' },
      rollout: { id: 'c1', wedgeState: 'COMPLETE', stageId: 'everyone', percentage: 100, entry: { seq: 3 } },
      lineageComplete: true,
      missing: [],
    });
    expect(view.execution.stays.map(({ stageId }) => stageId)).toEqual(['inside', 'beta', 'half', 'half', 'everyone']);
    expect(view.audit.verdicts.map(({ subject }) => subject)).toEqual([
      'visit',
      'visit',
      'visit',
      'visit',
      'visit',
      'rollout',
    ]);
    const places = [...view.approvals, ...view.execution.stays, ...view.execution.rollbacks, ...view.audit.verdicts];
    for (const { entry } of places) expect(tale.entries[entry.seq - 1]).toMatchObject({ ...entry });
  });

  it('tells whom each stage reaches, and the gate beside its window', () => {
    const view = founderView(completed(0).rolloutRecords('c1'));
    expect(view.blastRadius).toHaveLength(4);
    expect(view.blastRadius[1]).toEqual({
      stageId: 'beta',
      affectedCustomers: null,
      affectedPercentage: 20,
      geographicScope: 'all',
      tierScope: 'all',
    });
    expect(view.stabilization[0]).toEqual({
      stageId: 'inside',
      minimumDurationHours: 0,
      healthThreshold: 0,
      requiredMetrics: [],
    });
    expect(view.rolloutPlan.stages.map(({ stageId }) => stageId)).toEqual(['inside', 'beta', 'half', 'everyone']);
  });
});

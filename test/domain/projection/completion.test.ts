import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CompletionReport, completionReport } from '../../../src/domain/projection/completion.ts';
import type { RolloutRecords } from '../../../src/domain/projection/rolloutRecords.ts';
import { contractOf, Tale } from './tale.ts';
import { tales } from './tales.ts';

type Report = (records: RolloutRecords) => Pick<CompletionReport, 'rolloutId'> | null;
const VERDICTS = ['PASS', 'FAIL', 'INCONCLUSIVE'] as const;

/** Reckoned from the entries alone: completed for real, and no word on the whole but PASS. */
function mayBeReported({ entries }: RolloutRecords): boolean {
  const verdicts = entries.flatMap((entry) =>
    entry.type === 'audited' && entry.data.subject === 'rollout' ? [entry.data.verdict] : [],
  );
  const isCompleted = entries.some(({ type, dryRun }) => type === 'completed' && !dryRun);
  return isCompleted && verdicts.length > 0 && verdicts.every((verdict) => verdict === 'PASS');
}

const said = fc.array(
  fc.record({ verdict: fc.constantFrom(...VERDICTS), subject: fc.constantFrom('visit' as const, 'rollout' as const) }),
  { maxLength: 2 },
);

const onlyOnPass = (report: Report) =>
  fc.property(tales, said, (tale, words) => {
    const ids = [...new Set(tale.entries.map(({ rollout }) => rollout))].filter((id) => id !== null);
    for (const id of ids) {
      for (const { verdict, subject } of words) tale.audit(id, verdict, subject);
      const records = tale.rolloutRecords(id);
      expect(report(records) !== null).toBe(mayBeReported(records));
    }
  });

describe('the completion report', () => {
  it('ROLLOUT-004: exists where the audit of a completed rollout says PASS, and nowhere else', () => {
    fc.assert(onlyOnPass(completionReport), { numRuns: 200 });
  });

  const HASTY: readonly (readonly [what: string, report: Report])[] = [
    [
      'looks at the state alone',
      ({ rollout }) => (rollout.wedgeState === 'COMPLETE' ? { rolloutId: rollout.id } : null),
    ],
    [
      'takes any PASS',
      ({ rollout, entries }) => {
        const passed = entries.some((entry) => entry.type === 'audited' && entry.data.verdict === 'PASS');
        return rollout.wedgeState === 'COMPLETE' && passed ? { rolloutId: rollout.id } : null;
      },
    ],
    ['reports nothing', () => null],
  ];
  it.each(HASTY)('ROLLOUT-004: one that %s is found out', (_, report) => {
    expect(fc.check(onlyOnPass(report), { numRuns: 200 }).failed).toBe(true);
  });

  const completed = () => new Tale().propose(contractOf('c1', null)).create('c1').open('c1', 5);

  it('ROLLOUT-004: an auditor who says otherwise takes it back, and one who did before keeps it away', () => {
    expect(completionReport(completed().rolloutRecords('c1'))).not.toBeNull();
    for (const verdict of ['FAIL', 'INCONCLUSIVE'] as const) {
      expect(completionReport(completed().audit('c1', verdict, 'rollout').rolloutRecords('c1'))).toBeNull();
      const external = new Tale()
        .propose(contractOf('c1', null, { audit: 'external' }))
        .create('c1')
        .open('c1', 4);
      external.audit('c1', verdict, 'rollout').open('c1');
      expect(external.rollout('c1').wedgeState).toBe('COMPLETE');
      expect(completionReport(external.rolloutRecords('c1'))).toBeNull();
    }
    const dry = new Tale().propose(contractOf('c1', null)).create('c1', true).open('dry-c1', 5);
    expect(dry.rollout('dry-c1').wedgeState).toBe('COMPLETE');
    expect(completionReport(dry.rolloutRecords('dry-c1'))).toBeNull();
  });

  it('tells what was released, when, by whose leave, and what went wrong on the way', () => {
    const words = { name: 'One-page checkout', visibleFeatures: ['Saved cards'] };
    const tale = new Tale().propose(contractOf('c1', words)).create('c1').open('c1', 3);
    tale.rollBack('c1', 'previousStage').open('c1', 3);
    const report = completionReport(tale.rolloutRecords('c1'));
    const [first, last] = [tale.entries.find(({ type }) => type === 'started'), tale.entries.at(-1)];
    expect(report).toMatchObject({
      rolloutId: 'c1',
      capability: 'One-page checkout',
      visibleFeatures: ['Saved cards'],
      percentage: 100,
      startedAt: first?.at,
      completedAt: last?.at,
      rollbacks: [{ fromStageId: 'half', toStageId: 'beta' }],
      approvals: [{ subject: 'anna' }],
      waivers: [],
      entry: { seq: last?.seq, hash: last?.hash },
    });
    expect(report?.stages.map(({ stageId }) => stageId)).toEqual(['inside', 'beta', 'half', 'half', 'everyone']);
    expect(report?.audits.at(-1)).toMatchObject({ subject: 'rollout', verdict: 'PASS' });
  });
});

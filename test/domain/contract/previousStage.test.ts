import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/domain/contract/validation.ts';
import { stageInput, subjectOf, validProposal, type WindowedTriggerInput } from '../../support/proposals.ts';

const TRIGGER: WindowedTriggerInput = {
  ...{ sli: 'error_rate', compare: 'absolute', operator: '>', threshold: 0.1, windowSeconds: 300 },
};

/** Where a plan of two stages with these triggers is warned. */
function warned(first: object, second: object, to: 'previousStage' | 'zero' = 'previousStage') {
  const wedgeStages = [first, second].map((trigger, index) =>
    stageInput(`stage-${index}`, [10, 50][index] ?? 0, { rollbackTrigger: [{ ...TRIGGER, ...trigger }] }),
  );
  const { warnings } = judge(subjectOf(validProposal({}, { wedgeStages, rollback: { to } })));
  return warnings.filter(({ rule }) => rule === 'PREVIOUS_STAGE_NO_BETTER').map(({ path }) => path);
}
const HERE = ['$.rolloutWedge.wedgeStages[1].rollbackTrigger[0].threshold'];

describe('PREVIOUS_STAGE_NO_BETTER', () => {
  it('warns where the stage before bears no more than the one that is left', () => {
    expect(warned({}, {})).toEqual(HERE);
    expect(warned({ threshold: 0.05 }, {})).toEqual(HERE);
    expect(warned({ threshold: 0.100001 }, {})).toEqual([]);
    expect(warned({}, {}, 'zero')).toEqual([]);
  });

  it('goes by the direction of the limit', () => {
    const least = { operator: '<' as const };
    expect(warned({ ...least, threshold: 0.9 }, { ...least, threshold: 0.95 })).toEqual([]);
    expect(warned({ ...least, threshold: 0.95 }, { ...least, threshold: 0.95 })).toEqual(HERE);
  });

  it('compares what is alike, and what rolls back', () => {
    expect(warned({ operator: '>=' }, {})).toEqual([]);
    expect(warned({ severity: 'pause' }, {})).toEqual([]);
    expect(warned({}, { severity: 'alert' })).toEqual([]);
    expect(warned({ dryRun: true }, {})).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { parseProposal } from '../../../src/domain/contract/parseProposal.ts';
import { judge } from '../../../src/domain/contract/validation.ts';
import { ERROR_RATE, proposalInput, stageInput, subjectOf, validProposal } from '../../support/proposals.ts';

const QUEUE = {
  ...{ id: 'queue', kind: 'gauge', source: 'prometheus', direction: 'lower', metric: 'queue_length', cohort: {} },
} as const;
const ABSOLUTE = {
  ...{ sli: 'error_rate', compare: 'absolute', operator: '>', threshold: 0.1, windowSeconds: 300 },
} as const;

function planOf(criterion: object) {
  const rollbackTrigger = [ABSOLUTE, { sli: 'queue', compare: 'mannWhitney', windowSeconds: 600, ...criterion }];
  const [canary, ...others] = proposalInput().rolloutWedge.wedgeStages;
  if (canary === undefined) throw new Error('the example has a first stage');
  const first = { ...stageInput(canary.stageId, canary.targetPercentage), rollbackTrigger };
  const { rolloutWedge } = proposalInput();
  return {
    ...proposalInput(),
    slis: [ERROR_RATE, QUEUE],
    rolloutWedge: { ...rolloutWedge, wedgeStages: [first, ...others] },
  };
}

const refusals = (criterion: object) => {
  const parsed = parseProposal(planOf(criterion));
  return parsed.ok ? [] : parsed.violations.map(({ rule, path }) => `${rule} ${path.split('.').at(-1)}`);
};
function warnings(criterion: object): readonly string[] {
  const parsed = parseProposal(planOf(criterion));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.violations));
  const { violations, warnings: said } = judge({ ...subjectOf(validProposal()), proposal: parsed.proposal });
  expect(violations).toEqual([]);
  return said.map(({ rule }) => rule);
}

describe('a comparison of levels, as it is sent', () => {
  it('has its own fields, with defaults, and nothing of the others', () => {
    const parsed = parseProposal(planOf({}));
    expect(parsed.ok && parsed.proposal.rolloutWedge.wedgeStages[0]?.rollbackTrigger[1]).toEqual({
      ...{ sli: 'queue', compare: 'mannWhitney', windowSeconds: 600, minSamples: 8, alpha: 0.01, toleranceShare: 0 },
      ...{ consecutive: 1, dryRun: false, severity: 'rollback' },
    });
    expect(refusals({ operator: '>', threshold: 3 })).toEqual(['SCHEMA operator', 'SCHEMA threshold']);
    expect(refusals({ baseline: { offsetHours: 24 } })).toEqual(['SCHEMA baseline']);
  });

  it.each([
    [{ minSamples: 7 }, 'minSamples'],
    [{ windowSeconds: 0 }, 'windowSeconds'],
    [{ alpha: 0 }, 'alpha'],
    [{ alpha: 0.21 }, 'alpha'],
    [{ toleranceShare: -0.01 }, 'toleranceShare'],
    [{ consecutive: 0 }, 'consecutive'],
  ])('%j is refused, at its place', (criterion, field) => {
    expect(refusals(criterion)).toEqual([`SCHEMA ${field}`]);
  });

  it('is warned of where a window can hardly hold its points', () => {
    expect(warnings({ windowSeconds: 120, severity: 'pause' })).toEqual([]);
    expect(warnings({ windowSeconds: 119, severity: 'pause' })).toEqual(['MANN_WHITNEY_WINDOW']);
    expect(warnings({ windowSeconds: 120, minSamples: 9, severity: 'pause' })).toEqual(['MANN_WHITNEY_WINDOW']);
  });

  it('is warned of where what is looked at over and over rolls back', () => {
    expect(warnings({})).toEqual(['MANN_WHITNEY_REPEATED']);
    expect(warnings({ consecutive: 40 })).toEqual(['MANN_WHITNEY_REPEATED']);
    expect(warnings({ severity: 'pause' })).toEqual([]);
    expect(warnings({ dryRun: true })).toEqual([]);
  });
});

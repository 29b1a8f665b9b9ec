import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../../src/domain/contract/policy.ts';
import { RULE_IDS, type RuleId } from '../../../src/domain/contract/ruleIds.ts';
import type { Subject } from '../../../src/domain/contract/subject.ts';
import { judge } from '../../../src/domain/contract/validation.ts';
import { EVERYONE } from '../../../src/domain/feature/scope.ts';
import { type ProposalInput, stageInput, subjectOf, validProposal, validSubjects } from '../../support/proposals.ts';
import { BREAKAGES } from './breakages.ts';

const compared = {
  sli: 'error_rate',
  compare: 'baselineRatio',
  operator: '>',
  threshold: 2,
  windowSeconds: 60,
} as const;
const UNITS = { source: 'elsewhere', counter: 'new_users_total' };
const promql = { kind: 'promql', direction: 'lower' } as const;

const SLIS: ProposalInput['slis'] = [
  { id: 'error_rate', kind: 'ratio', source: 'shop', direction: 'lower', numerator: 'a', denominator: 'b' },
  { id: 'error_rate', kind: 'count', source: 'elsewhere', direction: 'lower', counter: 'c' },
  { ...promql, id: 'scraped', source: 'shop', query: 'x' },
  { ...promql, id: 'blind', source: 'prometheus', query: 'x{ {{group}} }[{{window}}]', cohort: {} },
  { id: 'scraped_gauge', kind: 'gauge', source: 'shop', direction: 'lower', metric: 'g' },
  { id: 'slow', kind: 'quantile', source: 'shop', direction: 'lower', histogram: 'h', quantile: 0.9 },
  { use: 'checkout_success' },
];

/** Breaks every rule that a contract can break beside a first target that is too high. */
const everythingWrong = validProposal(
  {
    criticality: 'critical',
    supersedes: 'rollout-1',
    slis: SLIS,
    sampleRatio: { units: UNITS, requestsOf: 'nowhere' },
  },
  {
    initialPercentage: 40.0001,
    maxBlastRadius: 60,
    observationWindowHours: 0.5,
    rollback: { cooldownMinutes: 1 },
    wedgeStages: [
      stageInput('one', 30, {
        successCriteria: [],
        rollbackTrigger: [{ ...compared, compare: 'absolute', baseline: { offsetHours: 24 }, dryRun: true }],
        stabilization: { requiredMetrics: ['error_rate'] },
      }),
      stageInput('one', 30, {
        audience: 'INTERNAL',
        rollbackTrigger: [{ ...compared, sli: 'nowhere', polls: { atLeast: 4, ofLast: 3 } }],
      }),
      stageInput('three', 20, {
        scope: { groups: ['beta'], regions: 'all', tiers: 'all' },
        successCriteria: [
          { ...compared, sli: 'scraped_gauge', baseline: { offsetHours: 24 } },
          { ...compared, sli: 'blind', compare: 'absolute', windowSeconds: 0 },
          { ...compared, compare: 'absolute', windowSeconds: 0 },
          { sli: 'scraped_gauge' },
          { sli: 'slow' },
          { sli: 'slow', compare: 'mannWhitney', windowSeconds: 600 },
        ],
      }),
      stageInput('four', 100, {
        successCriteria: [{ ...compared, windowSeconds: 1801 }],
        rollbackTrigger: [compared],
      }),
    ],
  },
);

const OF_READING: readonly RuleId[] = ['SCHEMA', 'TEXT', 'NESTING'];
const OF_A_FIRST_TARGET_TOO_LOW: readonly RuleId[] = ['INITIAL_ABOVE_EXPOSED', 'FIRST_TARGET_ABOVE_EXPOSED'];
const OF_A_FIRST_TARGET_TOO_HIGH: readonly RuleId[] = ['INITIAL_MAXIMUM_CRITICAL', 'FIRST_TARGET_MAXIMUM'];

/** What is not live exposes nothing that a scope could be held against. */
const OF_WHAT_IS_TAKEN_OVER: readonly RuleId[] = ['SUPERSEDES_SCOPE'];

const brokenBy = (subject: Subject) => new Set(judge(subject).violations.map(({ rule }) => rule));
const all = (...left: readonly (readonly RuleId[])[]) =>
  new Set(RULE_IDS.filter((rule) => !left.flat().includes(rule)));

describe('all violations at once', () => {
  const policy = { ...DEFAULT_POLICY, minStages: 5 };

  it('lists every rule for a contract that breaks every rule', () => {
    expect(brokenBy(subjectOf(everythingWrong, { policy }))).toEqual(
      all(OF_READING, OF_A_FIRST_TARGET_TOO_LOW, OF_WHAT_IS_TAKEN_OVER),
    );
  });

  it('lists every rule where the feature exposes too much already, too', () => {
    const exposed = [{ scope: EVERYONE, threshold: 40_000 }];
    expect(brokenBy(subjectOf(everythingWrong, { policy, exposed }))).toEqual(
      all(OF_READING, OF_A_FIRST_TARGET_TOO_HIGH, OF_WHAT_IS_TAKEN_OVER),
    );
  });

  it('lists what each of several mistakes breaks, whatever else is broken', () => {
    const independent = BREAKAGES.filter(([rule]) =>
      ['STAGES_MINIMUM', 'CRITERION_WINDOW_FITS', 'SLI_UNKNOWN', 'SOURCE_UNKNOWN', 'BASELINE_UNUSED'].includes(rule),
    );
    const chosen = fc.subarray([...independent, ...BREAKAGES.filter(([rule]) => rule === 'COOLDOWN_MINIMUM')]);
    fc.assert(
      fc.property(validSubjects, chosen, (subject, breakages) => {
        const broken = breakages.reduce((sound, [, breakage]) => breakage(sound) ?? sound, subject);
        expect(brokenBy(broken)).toEqual(new Set(breakages.map(([rule]) => rule)));
      }),
    );
  });

  it('is pure: the same subject is judged the same, and nothing of it changes', () => {
    fc.assert(
      fc.property(validSubjects, (subject) => {
        const before = structuredClone(subject.proposal);
        expect(judge(subject)).toEqual(judge(subject));
        expect(subject.proposal).toEqual(before);
      }),
    );
  });
});

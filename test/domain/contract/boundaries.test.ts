import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY, type Policy } from '../../../src/domain/contract/policy.ts';
import { judge } from '../../../src/domain/contract/validation.ts';
import { EVERYONE } from '../../../src/domain/feature/scope.ts';
import { type ProposalInput, stageInput, subjectOf, validProposal } from '../../support/proposals.ts';

type Case = {
  readonly more?: Partial<ProposalInput>;
  readonly wedge?: Partial<ProposalInput['rolloutWedge']>;
  readonly policy?: Partial<Policy>;
  /** Percentage that everyone is exposed to already. */
  readonly exposed?: number;
};

const rulesBroken = ({ more, wedge, policy, exposed = 0 }: Case) =>
  judge(
    subjectOf(validProposal(more, wedge), {
      policy: { ...DEFAULT_POLICY, ...policy },
      exposed: [{ scope: EVERYONE, threshold: Math.round(exposed * 1000) }],
    }),
  ).violations.map(({ rule }) => rule);

const from = (first: number, ...others: readonly number[]) =>
  [first, ...others].map((target, index) => stageInput(`stage-${index}`, target));
const criterion = {
  sli: 'error_rate',
  compare: 'absolute',
  operator: '<=',
  threshold: 0.01,
  windowSeconds: 0,
} as const;
const withWindow = (windowSeconds: number) =>
  from(10, 100).map((stage) => ({ ...stage, successCriteria: [{ ...criterion, windowSeconds }] }));

/** Each limit: the last value that is allowed, the first that is not, and what the latter breaks. */
const LIMITS: readonly (readonly [string, Case, Case, string])[] = [
  ['stages: 2', { wedge: { wedgeStages: from(10, 20) } }, { wedge: { wedgeStages: from(10) } }, 'STAGES_MINIMUM'],
  ['stages: none', { wedge: { wedgeStages: from(10, 20) } }, { wedge: { wedgeStages: [] } }, 'STAGES_MINIMUM'],
  [
    'stages by a policy with a fraction',
    { policy: { minStages: 1.5 }, wedge: { wedgeStages: from(10, 20) } },
    { policy: { minStages: 1.5 }, wedge: { wedgeStages: from(10) } },
    'STAGES_MINIMUM',
  ],
  [
    'a target of at most 100',
    { wedge: { maxBlastRadius: 100, wedgeStages: from(10, 100) } },
    { wedge: { maxBlastRadius: 100.001, wedgeStages: from(10, 100) } },
    'PERCENTAGE_RANGE',
  ],
  [
    'multiples of 0.001',
    { wedge: { initialPercentage: 0.001 } },
    { wedge: { initialPercentage: 0.0014 } },
    'PERCENTAGE_RANGE',
  ],
  [
    'targets strictly rising',
    { wedge: { wedgeStages: from(10, 50, 50.001) } },
    { wedge: { wedgeStages: from(10, 50, 50) } },
    'TARGETS_RISING',
  ],
  [
    'initial above e',
    { exposed: 5, wedge: { initialPercentage: 5.001 } },
    { exposed: 5, wedge: { initialPercentage: 5 } },
    'INITIAL_ABOVE_EXPOSED',
  ],
  [
    'initial of a critical change at most 10',
    { more: { criticality: 'critical' }, wedge: { initialPercentage: 10, wedgeStages: from(25, 100) } },
    { more: { criticality: 'critical' }, wedge: { initialPercentage: 10.001, wedgeStages: from(25, 100) } },
    'INITIAL_MAXIMUM_CRITICAL',
  ],
  [
    'initial of a critical change at most e + 10',
    { exposed: 30, more: { criticality: 'critical' }, wedge: { initialPercentage: 40, wedgeStages: from(55, 100) } },
    {
      exposed: 30,
      more: { criticality: 'critical' },
      wedge: { initialPercentage: 40.001, wedgeStages: from(55, 100) },
    },
    'INITIAL_MAXIMUM_CRITICAL',
  ],
  [
    'initial of a critical change by a policy that binary fractions miss',
    {
      policy: { maxInitialPercentageCritical: 1.005 },
      more: { criticality: 'critical' },
      wedge: { initialPercentage: 1.005 },
    },
    {
      policy: { maxInitialPercentageCritical: 1.005 },
      more: { criticality: 'critical' },
      wedge: { initialPercentage: 1.006 },
    },
    'INITIAL_MAXIMUM_CRITICAL',
  ],
  [
    'initial at most the first target',
    { wedge: { initialPercentage: 10, wedgeStages: from(10, 100) } },
    { wedge: { initialPercentage: 10.001, wedgeStages: from(10, 100) } },
    'INITIAL_WITHIN_FIRST_TARGET',
  ],
  [
    'first target at most 25',
    { wedge: { wedgeStages: from(25, 100) } },
    { wedge: { wedgeStages: from(25.001, 100) } },
    'FIRST_TARGET_MAXIMUM',
  ],
  [
    'first target at most e + 25',
    { exposed: 40.5, wedge: { initialPercentage: 41, wedgeStages: from(65.5, 100) } },
    { exposed: 40.5, wedge: { initialPercentage: 41, wedgeStages: from(65.501, 100) } },
    'FIRST_TARGET_MAXIMUM',
  ],
  [
    'blast radius',
    { wedge: { maxBlastRadius: 50, wedgeStages: from(10, 50) } },
    { wedge: { maxBlastRadius: 49.999, wedgeStages: from(10, 50) } },
    'BLAST_RADIUS',
  ],
  [
    'observation window of 1 h',
    { wedge: { observationWindowHours: 1 } },
    { wedge: { observationWindowHours: 0.999 } },
    'OBSERVATION_WINDOW_MINIMUM',
  ],
  [
    'observation window to the millisecond',
    { wedge: { observationWindowHours: (3_600_000 - 0.4) / 3_600_000 } },
    { wedge: { observationWindowHours: (3_600_000 - 0.6) / 3_600_000, wedgeStages: withWindow(3599) } },
    'OBSERVATION_WINDOW_MINIMUM',
  ],
  [
    'criterion within the window',
    { wedge: { wedgeStages: withWindow(3600) } },
    { wedge: { wedgeStages: [...withWindow(3600).slice(0, 1), ...withWindow(3601).slice(1)] } },
    'CRITERION_WINDOW_FITS',
  ],
  [
    'criterion of 8 s in a window of 8 s',
    {
      policy: { minObservationWindowHours: 0.001 },
      wedge: { observationWindowHours: 8 / 3600, wedgeStages: shortWindows(8) },
    },
    {
      policy: { minObservationWindowHours: 0.001 },
      wedge: { observationWindowHours: 8 / 3600, wedgeStages: shortWindows(9) },
    },
    'CRITERION_WINDOW_FITS',
  ],
  [
    'control at 99.999 %, none at 100 %',
    { wedge: { wedgeStages: [...from(10), comparingOnly(99.999)] } },
    { wedge: { wedgeStages: [...from(10), comparingOnly(100)] } },
    'SUCCESS_CRITERION_WITHOUT_CONTROL',
  ],
  [
    'the latest sample of a ratio',
    { wedge: { wedgeStages: withWindow(1) } },
    { wedge: { wedgeStages: [...withWindow(1).slice(0, 1), ...withWindow(0).slice(1)] } },
    'LATEST_SAMPLE_KIND',
  ],
  [
    'cooldown of the policy',
    { wedge: { rollback: { cooldownMinutes: 60 } } },
    { wedge: { rollback: { cooldownMinutes: 59.999 } } },
    'COOLDOWN_MINIMUM',
  ],
];

function shortWindows(windowSeconds: number) {
  const [first, last] = from(10, 100).map((stage) => ({
    ...stage,
    successCriteria: [{ ...criterion, windowSeconds: 8 }],
    rollbackTrigger: [{ ...criterion, operator: '>' as const, windowSeconds: 8 }],
  }));
  if (first === undefined || last === undefined) throw new Error('two stages were made');
  return [first, { ...last, successCriteria: [{ ...criterion, windowSeconds }] }];
}

function comparingOnly(targetPercentage: number) {
  const compared = { ...criterion, compare: 'baselineRatio' as const, windowSeconds: 60 };
  return stageInput('last', targetPercentage, { successCriteria: [compared] });
}

describe('limits', () => {
  it.each(LIMITS)('%s', (_, allowed, refused, rule) => {
    expect(rulesBroken(allowed)).toEqual([]);
    expect(rulesBroken(refused)).toEqual([rule]);
  });

  it('a target of 0, and below, is no percentage', () => {
    for (const target of [0, -0.001, -5]) {
      expect(rulesBroken({ wedge: { wedgeStages: from(target, 100) } })).toContain('PERCENTAGE_RANGE');
    }
  });
});

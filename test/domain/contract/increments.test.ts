import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestLine, stagePercentages } from '../../../src/domain/contract/increments.ts';
import { judge } from '../../../src/domain/contract/validation.ts';
import { EVERYONE, INTERNAL, type Scope } from '../../../src/domain/feature/scope.ts';
import { percentageSchema } from '../../../src/domain/feature/thresholdSchema.ts';
import { ERROR_RATE, type ProposalInput, stageInput, subjectOf, validProposal } from '../../support/proposals.ts';

type IncrementPolicy = ProposalInput['rolloutWedge']['incrementPolicy'];

const linear = { policy: 'linear', maximumPercentage: 100 } as const;
const exponential = { policy: 'exponential', maximumPercentage: 100 } as const;

const increments = fc
  .record({
    policy: fc.constantFrom('linear' as const, 'exponential' as const),
    initial: fc.integer({ min: 1, max: 25_000 }),
    maximum: fc.integer({ min: 1, max: 100_000 }),
    stages: fc.double({ min: 1, max: 49, noNaN: true }),
  })
  .filter(({ initial, maximum }) => initial <= maximum)
  .map(({ policy, initial, maximum, stages }) => ({
    policy,
    initialPercentage: initial / 1000,
    maximumPercentage: maximum / 1000,
    // A little more than needed, so that rounding never leaves the maximum just out of reach.
    factor:
      policy === 'linear'
        ? (maximum - initial) / 1000 / stages + 1e-9
        : (maximum / initial) ** (1 / stages) * (1 + 1e-9),
  }));

const warningsFor = (incrementPolicy: IncrementPolicy, targets: readonly number[]) => {
  const wedgeStages = targets.map((target, index) => stageInput(`stage-${index}`, target));
  const wedge = { incrementPolicy, initialPercentage: targets[0] ?? 1, wedgeStages };
  return judge(subjectOf(validProposal({}, wedge))).warnings.map(({ rule, path }) => `${rule} ${path}`);
};
const target = (stage: number) => `$.rolloutWedge.wedgeStages[${stage}].targetPercentage`;

describe('the stage generator', () => {
  it('adds points, or multiplies, and ends at the maximum', () => {
    expect(stagePercentages({ ...linear, initialPercentage: 10, factor: 20 })).toEqual([10, 30, 50, 70, 90, 100]);
    expect(stagePercentages({ ...exponential, initialPercentage: 1, factor: 3 })).toEqual([1, 3, 9, 27, 81, 100]);
    expect(stagePercentages({ ...linear, initialPercentage: 10, factor: 15, maximumPercentage: 40 })).toEqual([
      10, 25, 40,
    ]);
    expect(stagePercentages({ ...linear, initialPercentage: 7, factor: 1, maximumPercentage: 7 })).toEqual([7]);
  });

  it('makes strictly rising multiples of 0.001 from the initial percentage to the maximum, 50 at most', () => {
    fc.assert(
      fc.property(increments, (wanted) => {
        const percentages = stagePercentages(wanted);
        expect(percentages[0]).toBe(wanted.initialPercentage);
        expect(percentages.at(-1)).toBe(wanted.maximumPercentage);
        expect(percentages.every((percentage) => percentageSchema.safeParse(percentage).success)).toBe(true);
        expect(percentages.every((percentage, index) => percentage > (percentages[index - 1] ?? 0))).toBe(true);
        expect(percentages.length).toBeLessThanOrEqual(50);
      }),
    );
  });

  it.each([
    ['no initial percentage', { ...linear, initialPercentage: 0, factor: 10 }],
    ['an initial percentage that rounds to none', { ...linear, initialPercentage: 0.0004, factor: 10 }],
    ['a maximum below the initial percentage', { ...linear, initialPercentage: 10, factor: 10, maximumPercentage: 9 }],
    ['a maximum above 100', { ...linear, initialPercentage: 10, factor: 10, maximumPercentage: 100.001 }],
    ['steps of nothing', { ...linear, initialPercentage: 10, factor: 0 }],
    ['steps back', { ...linear, initialPercentage: 10, factor: -1 }],
    ['growth by 1', { ...exponential, initialPercentage: 10, factor: 1 }],
    ['more than 50 stages', { ...linear, initialPercentage: 1, factor: 2 }],
    ['NaN', { ...linear, initialPercentage: 1, factor: Number.NaN }],
  ])('refuses %s', (_, wanted) => {
    expect(() => stagePercentages(wanted)).toThrow(RangeError);
  });

  it('lies on its own line', () => {
    fc.assert(
      fc.property(increments, (wanted) => {
        const percentages = stagePercentages(wanted);
        const line = nearestLine(wanted.policy, percentages);
        fc.pre(percentages.length >= 2);
        // Rounding to 0.001 moves a small exponential start; the warnings' 10 points are far away.
        for (const [index, percentage] of percentages.entries())
          expect(Math.abs((line[index] ?? 0) - percentage)).toBeLessThan(10);
      }),
    );
  });
});

describe('warnings about increments', () => {
  it.each([
    ['linear', [10, 25, 50, 75, 100]],
    ['linear', [10, 50, 100]],
    ['linear', [10, 30, 50, 70, 90, 100]],
    ['exponential', [1, 2, 4, 8, 16, 32, 64, 100]],
    ['exponential', [5, 100]],
  ] as const)('are not given for the %s plan %j', (policy, targets) => {
    expect(warningsFor(policy, targets)).toEqual([]);
  });

  it('name each target that lies more than 10 points off the line', () => {
    expect(warningsFor('linear', [10, 20, 30, 100])).toEqual([
      `INCREMENT_OFF_LINE ${target(1)}`,
      `INCREMENT_OFF_LINE ${target(2)}`,
    ]);
    expect(warningsFor('exponential', [10, 40, 70, 100])).toEqual([`INCREMENT_OFF_LINE ${target(1)}`]);
  });

  it('begin 0.001 beyond 10 points', () => {
    expect(warningsFor('linear', [20, 29.999, 50, 80])).toEqual([`INCREMENT_OFF_LINE ${target(1)}`]);
    expect(warningsFor('linear', [20, 30, 50, 80])).toEqual([]);
  });

  it('name a plan that rises by ever smaller steps', () => {
    expect(warningsFor('linear', [10, 50, 80, 100])).toEqual([`INCREMENT_SHRINKING ${target(3)}`]);
    expect(warningsFor('linear', [10, 40, 70, 100])).toEqual([]);
  });

  it('are never given where an operator decides each step', () => {
    expect(warningsFor('manual', [10, 90, 95, 96])).toEqual([]);
  });

  it('start a line of its own with each wider scope', () => {
    const internal = { audience: 'INTERNAL', scope: INTERNAL } as const;
    const wedgeStages = [
      stageInput('a', 20, internal),
      stageInput('b', 60, internal),
      stageInput('c', 100, internal),
      stageInput('d', 5),
      stageInput('e', 50),
      stageInput('f', 100),
    ];
    expect(judge(subjectOf(validProposal({}, { wedgeStages }))).warnings).toEqual([]);
  });
});

describe('other warnings', () => {
  it('name a later stage that meets nobody new', () => {
    const scope: Scope = { groups: ['internal'], regions: ['eu'], tiers: 'all' };
    const wedgeStages = [
      stageInput('a', 60, { audience: 'INTERNAL', scope }),
      stageInput('b', 50),
      stageInput('c', 70),
    ];
    const exposed = [{ scope: EVERYONE, threshold: 50_000 }];
    const judged = judge(subjectOf(validProposal({}, { initialPercentage: 55, wedgeStages }), { exposed }));
    expect(judged.violations).toEqual([]);
    expect(judged.warnings).toMatchObject([
      { rule: 'STAGE_ADDS_NOTHING', path: target(1), found: 50, allowed: 'above 50' },
    ]);
  });

  it('name a window that the query of a promql SLI does not take', () => {
    const sli = { id: 'error_rate', kind: 'promql', source: 'prometheus', direction: 'lower', query: 'x' } as const;
    const judged = judge(subjectOf(validProposal({ slis: [sli] })));
    expect(judged.violations).toEqual([]);
    expect(new Set(judged.warnings.map(({ rule }) => rule))).toEqual(new Set(['PROMQL_FIXED_WINDOW']));
    expect(judged.warnings).toHaveLength(6);
  });

  it('do not mind a promql SLI of the latest sample', () => {
    const sli = { id: 'latest', kind: 'promql', source: 'prometheus', direction: 'lower', query: 'x' } as const;
    const plain = stageInput('canary', 10);
    const latest = { sli: 'latest', compare: 'absolute', operator: '>', threshold: 1, windowSeconds: 0 } as const;
    const wedgeStages = [
      { ...plain, rollbackTrigger: [...plain.rollbackTrigger, latest] },
      stageInput('everyone', 100),
    ];
    const judged = judge(subjectOf(validProposal({ slis: [ERROR_RATE, sli] }, { wedgeStages })));
    expect(judged).toEqual({ violations: [], warnings: [] });
  });
});

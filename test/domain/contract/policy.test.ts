import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY, type Policy, parsePolicy } from '../../../src/domain/contract/policy.ts';
import { looserThanDefaults, stricterOf, stricterThan } from '../../../src/domain/contract/policyStrictness.ts';
import { judge } from '../../../src/domain/contract/validation.ts';
import { sameJson } from '../../../src/domain/feature/sameJson.ts';
import { validSubjects } from '../../support/proposals.ts';

const policyOf = (input: unknown): Policy => {
  const parsed = parsePolicy(input);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.violations));
  return parsed.policy;
};
const pathsOf = (input: unknown) => {
  const parsed = parsePolicy(input);
  return parsed.ok ? [] : parsed.violations.map(({ path }) => path);
};

describe('a policy file', () => {
  it('keeps the defaults of what it leaves out', () => {
    expect(DEFAULT_POLICY).toEqual({
      minStages: 2,
      minObservationWindowHours: 1,
      maxInitialPercentageCritical: 10,
      maxFirstStagePercentage: 25,
      rollbackDeadlineSeconds: 60,
      pauseAfterWindows: 3,
      waiverMaxDays: 90,
      minDwellMinutes: 15,
      cooldownMinutes: 60,
      approvalValidDays: 7,
      approversStandard: 1,
      approversCritical: 2,
      maxConcurrentRollouts: 100,
      baselineWindowHours: 48,
      baselineMaxErrorRate: 0.01,
      baselineMaxP95Seconds: 0.4,
      attestations: [],
      approvedBy: [],
    });
    expect(policyOf({ minDwellMinutes: 0.05 })).toEqual({ ...DEFAULT_POLICY, minDwellMinutes: 0.05 });
  });

  it('is told all its mistakes at once', () => {
    expect(pathsOf({ minStages: 'two', minDwellMinutes: -1, approvedBy: ['ann', ' Ann '], maxStages: 3 })).toEqual([
      '$.minStages',
      '$.minDwellMinutes',
      '$.approvedBy',
      '$.maxStages',
    ]);
  });

  it.each([
    ['four eyes', 'approversStandard', 1, 0],
    ['four eyes of a critical change', 'approversCritical', 2, 1],
    ['the 60 s', 'rollbackDeadlineSeconds', 60, 60.001],
    ['the 90 days of a waiver', 'waiverMaxDays', 90, 90.001],
  ])('can not loosen %s', (_, name, least, looser) => {
    expect(pathsOf({ [name]: least })).toEqual([]);
    expect(pathsOf({ [name]: looser })).toEqual([`$.${name}`]);
  });

  it('names each attestation once, in words', () => {
    expect(policyOf({ attestations: [' no P0 or P1 open '] }).attestations).toEqual(['no P0 or P1 open']);
    expect(pathsOf({ attestations: ['soak', 'soak '] })).toEqual(['$.attestations']);
    expect(pathsOf({ attestations: ['', 'x'.repeat(101)] })).toEqual(['$.attestations[0]', '$.attestations[1]']);
  });

  it('has no setting for blast radius and ledger', () => {
    expect(Object.keys(DEFAULT_POLICY).filter((name) => /blast|ledger/i.test(name))).toEqual([]);
  });

  it('is approved by two different people, or says nobody', () => {
    expect(pathsOf({ approvedBy: ['ann', 'bob'] })).toEqual([]);
    expect(pathsOf({ approvedBy: ['ann'] })).toEqual(['$.approvedBy']);
  });
});

const amount = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const policies: fc.Arbitrary<Policy> = fc
  .record({
    minStages: fc.integer({ min: 1, max: 9 }),
    minObservationWindowHours: amount(0.001, 72),
    maxInitialPercentageCritical: amount(0.001, 100),
    maxFirstStagePercentage: amount(0.001, 100),
    rollbackDeadlineSeconds: amount(1, 60),
    pauseAfterWindows: amount(0.1, 9),
    waiverMaxDays: amount(0, 90),
    minDwellMinutes: amount(0, 99),
    cooldownMinutes: amount(0, 99),
    approversStandard: fc.integer({ min: 1, max: 4 }),
    approversCritical: fc.integer({ min: 2, max: 4 }),
    maxConcurrentRollouts: fc.integer({ min: 1, max: 200 }),
    baselineWindowHours: fc.oneof(fc.constant(0), amount(0.001, 99)),
    baselineMaxErrorRate: amount(0.001, 1),
    baselineMaxP95Seconds: amount(0.001, 9),
    attestations: fc.subarray(['no P0 or P1 open', '24 h soak passed']),
  })
  .map(policyOf);

describe('strictness', () => {
  it.each([
    ['minStages', 3, 1],
    ['minObservationWindowHours', 1.5, 0.5],
    ['maxInitialPercentageCritical', 5, 20],
    ['maxFirstStagePercentage', 20, 30],
    ['pauseAfterWindows', 2, 4],
    ['minDwellMinutes', 20, 10],
    ['cooldownMinutes', 90, 30],
    ['maxConcurrentRollouts', 10, 200],
    ['baselineWindowHours', 72, 24],
    ['baselineWindowHours', 49, 0],
    ['baselineMaxErrorRate', 0.005, 0.02],
    ['baselineMaxP95Seconds', 0.3, 0.5],
  ] as const)('%s: %d is stricter than the default, %d looser', (name, stricter, looser) => {
    expect(stricterThan({ ...DEFAULT_POLICY, [name]: stricter }, DEFAULT_POLICY)).toEqual([name]);
    expect(looserThanDefaults({ ...DEFAULT_POLICY, [name]: stricter })).toEqual([]);
    expect(stricterThan({ ...DEFAULT_POLICY, [name]: looser }, DEFAULT_POLICY)).toEqual([]);
    expect(looserThanDefaults({ ...DEFAULT_POLICY, [name]: looser })).toEqual([name]);
  });

  it.each([
    ['rollbackDeadlineSeconds', 30],
    ['waiverMaxDays', 30],
    ['approversStandard', 2],
    ['approversCritical', 3],
  ] as const)('%s: %d is stricter than the default, and nothing looser is a policy', (name, stricter) => {
    expect(stricterThan({ ...DEFAULT_POLICY, [name]: stricter }, DEFAULT_POLICY)).toEqual([name]);
  });

  it('names every threshold that differs, on one side or the other', () => {
    fc.assert(
      fc.property(policies, policies, (one, other) => {
        const differing = Object.entries(one).filter(([name, value]) => !sameJson(value, Object(other)[name]));
        const named = new Set([...stricterThan(one, other), ...stricterThan(other, one)]);
        expect([...named].toSorted()).toEqual(differing.map(([name]) => name).toSorted());
      }),
    );
  });

  it('asks for an attestation more: stricter; for one less: looser', () => {
    const asking = { ...DEFAULT_POLICY, attestations: ['24 h soak passed'] };
    expect(stricterThan(asking, DEFAULT_POLICY)).toEqual(['attestations']);
    expect(stricterThan(DEFAULT_POLICY, asking)).toEqual([]);
    expect(looserThanDefaults(asking)).toEqual([]);
    const other = { ...DEFAULT_POLICY, attestations: ['no P0 or P1 open'] };
    expect([stricterThan(asking, other), stricterThan(other, asking)]).toEqual([['attestations'], ['attestations']]);
  });

  it('the stricter of two is as strict as either, whichever comes first, and no stricter than it must be', () => {
    fc.assert(
      fc.property(policies, policies, (one, other) => {
        const both = stricterOf(one, other);
        expect([...stricterThan(one, both), ...stricterThan(other, both)]).toEqual([]);
        const turned = stricterOf(other, one);
        expect([...stricterThan(both, turned), ...stricterThan(turned, both)]).toEqual([]);
        expect(stricterOf(one, one)).toEqual(one);
        const invented = stricterThan(both, one).filter((name) => stricterThan(both, other).includes(name));
        // Two that ask for different things: whoever must please both has to do both.
        expect(invented.filter((name) => name !== 'attestations')).toEqual([]);
      }),
    );
  });

  it('a policy that is nowhere stricter refuses nothing that the other accepted', () => {
    fc.assert(
      fc.property(validSubjects, policies, (subject, today) => {
        const { violations } = judge({ ...subject, policy: today });
        if (stricterThan(today, subject.policy).length === 0) expect(violations).toEqual([]);
        expect(violations.length > 0 && stricterThan(today, subject.policy).length === 0).toBe(false);
      }),
    );
  });
});

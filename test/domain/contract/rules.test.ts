import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RULE_IDS } from '../../../src/domain/contract/ruleIds.ts';
import type { Subject } from '../../../src/domain/contract/subject.ts';
import { judge } from '../../../src/domain/contract/validation.ts';
import { INTERNAL } from '../../../src/domain/feature/scope.ts';
import { proposalInput, subjectOf, validProposal, validSubjects } from '../../support/proposals.ts';
import { BREAKAGES, stageAt, withStage, withWedge } from './breakages.ts';

const rulesBroken = (subject: Subject) => [...new Set(judge(subject).violations.map(({ rule }) => rule))];

/** Judged while the input is read, before there is a proposal to judge. */
const OF_READING = ['SCHEMA', 'TEXT', 'NESTING'];
/** A first target at or below what is exposed leaves no room for an initial percentage between them. */
const NEVER_ALONE = 'FIRST_TARGET_ABOVE_EXPOSED';

describe('the rules', () => {
  it('find nothing in a proposal that breaks none', () => {
    fc.assert(
      fc.property(validSubjects, (subject) => {
        expect(judge(subject).violations).toEqual([]);
      }),
    );
  });

  it('have a breakage each', () => {
    const known = new Set<string>([...OF_READING, NEVER_ALONE, ...BREAKAGES.map(([rule]) => rule)]);
    expect(RULE_IDS.filter((rule) => !known.has(rule))).toEqual([]);
  });

  it.each(BREAKAGES)('%s: a proposal broken there is told exactly that', (rule, breakage) => {
    fc.assert(
      fc.property(validSubjects, (subject) => {
        const broken = breakage(subject);
        fc.pre(broken !== null);
        expect(rulesBroken(broken)).toEqual([rule]);
      }),
      { numRuns: 40 },
    );
  });

  it('FIRST_TARGET_ABOVE_EXPOSED: a first target that meets nobody new is told, beside the initial percentage', () => {
    fc.assert(
      fc.property(validSubjects, (subject) => {
        const first = stageAt(subject, 0);
        const exposed = [{ scope: first.scope, threshold: Math.round(first.targetPercentage * 1000) }];
        expect(rulesBroken({ ...subject, exposed })).toEqual(['INITIAL_ABOVE_EXPOSED', NEVER_ALONE]);
      }),
    );
  });

  it('tell of every stage that is wrong, with its place', () => {
    const subject = withStage(withStage(validSubject(), 0, { rollbackTrigger: [] }), 2, { rollbackTrigger: [] });
    expect(judge(subject).violations).toEqual([
      {
        rule: 'ROLLBACK_TRIGGER_REQUIRED',
        path: '$.rolloutWedge.wedgeStages[0].rollbackTrigger',
        found: 0,
        allowed: 'at least 1 of severity rollback that is no dry run',
        message: 'needs at least 1 of severity rollback that is no dry run',
      },
      expect.objectContaining({ path: '$.rolloutWedge.wedgeStages[2].rollbackTrigger' }),
    ]);
  });

  it('do not take a dry run for the criterion that a stage needs', () => {
    const [success] = stageAt(validSubject(), 0).successCriteria;
    const [trigger] = stageAt(validSubject(), 0).rollbackTrigger;
    if (success === undefined || trigger === undefined) throw new Error('the example has both');
    const shown = { successCriteria: [{ ...success, dryRun: true }], rollbackTrigger: [{ ...trigger, dryRun: true }] };
    expect(rulesBroken(withStage(validSubject(), 0, shown))).toEqual([
      'SUCCESS_CRITERION_REQUIRED',
      'ROLLBACK_TRIGGER_REQUIRED',
    ]);
  });

  it('let a stage at 100 % compare with the past alone: that is no control', () => {
    const past = {
      sli: 'error_rate',
      compare: 'baselineRatio',
      baseline: { offsetHours: 24 },
      operator: '<=',
      threshold: 1.5,
      windowSeconds: 600,
    } as const;
    const broken = withStage(validSubject(), -1, {
      successCriteria: [past],
      rollbackTrigger: [{ ...past, operator: '>' as const }],
    });
    expect(rulesBroken(broken)).toEqual([]);
  });

  it('name what there is to choose from', () => {
    const trigger = { sli: 'nowhere', compare: 'absolute', operator: '>', threshold: 1, windowSeconds: 1 } as const;
    const [first] = stageAt(validSubject(), 0).rollbackTrigger;
    if (first === undefined) throw new Error('the example has one');
    const unknown = withStage(validSubject(), 0, { rollbackTrigger: [first, trigger] });
    const allowed = (subject: Subject) => judge(subject).violations.map((broken) => broken.allowed);
    expect(allowed(unknown)).toEqual(['one of error_rate']);
    expect(
      allowed({ ...validSubject(), sources: new Map([['shop', 'scrape'] as const, ['lab', 'scrape'] as const]) }),
    ).toEqual(['one of shop, lab']);
    expect(allowed({ ...validSubject(), sources: new Map() })).toEqual(['none: no source is configured']);
  });

  it('take a scope of internals and others for no scope of internals', () => {
    const mixed = { audience: 'INTERNAL', scope: { ...INTERNAL, groups: ['internal', 'beta'] } } as const;
    expect(rulesBroken(withStage(validSubject(), 0, mixed))).toEqual(['INTERNAL_SCOPE']);
  });

  it('let a wider scope start lower: internals at 100 %, then the public at 5 %', () => {
    const internal = { audience: 'INTERNAL', scope: INTERNAL } as const;
    const { wedgeStages } = proposalInput().rolloutWedge;
    const [canary, half, everyone] = wedgeStages;
    if (canary === undefined || half === undefined || everyone === undefined) throw new Error('the example has three');
    const stages = [
      { ...canary, ...internal },
      { ...half, ...internal, targetPercentage: 100 },
      { ...canary, stageId: 'public', targetPercentage: 5 },
      everyone,
    ];
    expect(judge(withWedge(validSubject(), { wedgeStages: stages }))).toEqual({ violations: [], warnings: [] });
  });
});

const validSubject = (): Subject => subjectOf(validProposal());

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../../src/domain/contract/policy.ts';
import { RULE_IDS, type RuleId } from '../../../src/domain/contract/ruleIds.ts';
import { judge } from '../../../src/domain/contract/validation.ts';
import { type Violation, violation } from '../../../src/domain/contract/violation.ts';
import { waiverGap, waiverGapUnseen, weighedBy } from '../../../src/domain/governance/waiverCover.ts';
import { isWaivable } from '../../../src/domain/governance/waiverRules.ts';
import { T0 } from '../../support/ledgerStory.ts';
import { stageInput, subjectOf, validProposal } from '../../support/proposals.ts';
import { approvedWaiver, DAY, requestedDraft, waiverAfter, wordDraft } from '../../support/waiverStory.ts';

const POLICY = DEFAULT_POLICY;
const broken = (rule: RuleId, found: unknown = 1): Violation =>
  violation(rule, ['x'], found, 'something', 'must be so');
const use = (waiverId: string, rules: readonly string[], expiresAtMs = T0 + DAY) => ({ waiverId, rules, expiresAtMs });

describe('violations beside waivers', () => {
  it('are covered by an approved one of that rule, and the use is named', () => {
    const weighed = weighedBy([broken('STAGES_MINIMUM')], [approvedWaiver()], POLICY, T0);
    expect(weighed.violations).toMatchObject([{ rule: 'STAGES_MINIMUM', waivable: true, waivedBy: 'w1' }]);
    expect(weighed.uses).toEqual([use('w1', ['STAGES_MINIMUM'])]);
  });

  it.each([
    ['only asked for', waiverAfter(requestedDraft()), T0],
    ['approved by one', waiverAfter(requestedDraft(), wordDraft('waiverApproved', 'anna')), T0],
    ['over', approvedWaiver(), T0 + DAY],
    ['of another rule', approvedWaiver({ rules: ['COOLDOWN_MINIMUM'] }), T0],
  ])('are not covered by one that is %s', (_what, waiver, nowMs) => {
    const weighed = weighedBy([broken('STAGES_MINIMUM')], [waiver], POLICY, nowMs);
    expect(weighed).toMatchObject({ violations: [{ waivable: true, waivedBy: null }], uses: [] });
  });

  it('are covered no longer than the policy lets a waiver last', () => {
    const long = approvedWaiver({ expiresAtMs: T0 + 30 * DAY });
    const policy = { ...POLICY, waiverMaxDays: 7 };
    const covered = (nowMs: number) => weighedBy([broken('STAGES_MINIMUM')], [long], policy, nowMs).uses.length;
    expect([covered(T0 + 7 * DAY - 1), covered(T0 + 7 * DAY)]).toEqual([1, 0]);
  });

  it('of several waivers the one that lasts longest is used, and each once with all its rules', () => {
    const both = approvedWaiver({ rules: ['STAGES_MINIMUM', 'COOLDOWN_MINIMUM'] });
    const later = approvedWaiver({ waiverId: 'w2', expiresAtMs: T0 + 2 * DAY });
    const twice = [broken('COOLDOWN_MINIMUM'), broken('STAGES_MINIMUM'), broken('STAGES_MINIMUM')];
    expect(weighedBy(twice, [both], POLICY, T0).uses).toEqual([use('w1', ['COOLDOWN_MINIMUM', 'STAGES_MINIMUM'])]);
    expect(weighedBy(twice, [both, later], POLICY, T0).uses).toEqual([
      use('w1', ['COOLDOWN_MINIMUM']),
      use('w2', ['STAGES_MINIMUM'], T0 + 2 * DAY),
    ]);
  });

  it('of two, one that the policy cuts short does not pass for the longer one', () => {
    const asked = approvedWaiver({ expiresAtMs: T0 + 60 * DAY });
    const later = approvedWaiver({ waiverId: 'w2', atMs: T0 + 20 * DAY, expiresAtMs: T0 + 40 * DAY });
    const policy = { ...POLICY, waiverMaxDays: 30 };
    expect(weighedBy([broken('STAGES_MINIMUM')], [asked, later], policy, T0 + 21 * DAY).uses).toEqual([
      use('w2', ['STAGES_MINIMUM'], T0 + 40 * DAY),
    ]);
  });

  it('a preflight item that was asked for is used by the plan, a rule that it keeps is not', () => {
    const waiver = approvedWaiver({ rules: ['PREFLIGHT_BASELINE', 'STAGES_MINIMUM'] });
    expect(weighedBy([], [waiver], POLICY, T0).uses).toEqual([use('w1', ['PREFLIGHT_BASELINE'])]);
  });

  it('SLU-WAIVER: nothing covers a rule that is not on the list, even with a waiver that names it', () => {
    const waiver = approvedWaiver({ rules: [...RULE_IDS] });
    for (const rule of [
      'BLAST_RADIUS',
      'ROLLBACK_TRIGGER_REQUIRED',
      'SCHEMA',
      'TARGETS_RISING',
      'SLI_UNKNOWN',
    ] as const) {
      const weighed = weighedBy([broken(rule)], [waiver], POLICY, T0);
      expect(weighed).toEqual({ violations: [{ ...broken(rule), waivable: false, waivedBy: null }], uses: [] });
    }
  });
});

describe('how far the leave goes', () => {
  const weighedPlan = (wedge: Parameters<typeof validProposal>[1]) => {
    const { violations } = judge(subjectOf(validProposal({}, wedge)));
    const all = approvedWaiver({ rules: [...RULE_IDS] });
    const left = weighedBy(violations, [all], POLICY, T0).violations.filter(({ waivedBy }) => waivedBy === null);
    return left.map(({ rule }) => rule);
  };

  it('one stage may pass, no stage never', () => {
    expect(weighedPlan({ wedgeStages: [stageInput('only', 20)] })).toEqual([]);
    expect(weighedPlan({ wedgeStages: [] })).toEqual(['STAGES_MINIMUM']);
  });

  it('a window of a minute may pass, none never', () => {
    expect(weighedPlan({ observationWindowHours: 1 / 60 })).toEqual([]);
    expect(weighedPlan({ observationWindowHours: 0.016 })).toContain('OBSERVATION_WINDOW_MINIMUM');
    expect(weighedPlan({ observationWindowHours: 0 })).toContain('OBSERVATION_WINDOW_MINIMUM');
  });

  it('numbers that are none are no leave', () => {
    expect(isWaivable(broken('STAGES_MINIMUM', 'many'))).toBe(false);
    expect(isWaivable(broken('OBSERVATION_WINDOW_MINIMUM', null))).toBe(false);
  });
});

describe('the gap that an ended waiver leaves', () => {
  const uses = [use('w1', ['COOLDOWN_MINIMUM', 'STAGES_MINIMUM'])];
  const waiver = approvedWaiver({ rules: ['COOLDOWN_MINIMUM', 'STAGES_MINIMUM'] });

  it('is none while it stands, and names the first rule and the time once it has ended', () => {
    expect(waiverGap(uses, [waiver], POLICY, T0 + DAY - 1)).toBeNull();
    expect(waiverGap(uses, [waiver], POLICY, T0 + DAY)).toEqual({ rule: 'COOLDOWN_MINIMUM', endedAtMs: T0 + DAY });
  });

  it('a renewed one closes for its own rules alone', () => {
    const asked = { waiverId: 'w2', expiresAtMs: T0 + 3 * DAY };
    const renewed = approvedWaiver({ ...asked, rules: ['COOLDOWN_MINIMUM'] });
    const gap = waiverGap(uses, [waiver, renewed], POLICY, T0 + 2 * DAY);
    expect(gap).toEqual({ rule: 'STAGES_MINIMUM', endedAtMs: T0 + DAY });
    const whole = approvedWaiver({ ...asked, rules: ['COOLDOWN_MINIMUM', 'STAGES_MINIMUM'] });
    expect(waiverGap(uses, [waiver, whole], POLICY, T0 + 2 * DAY)).toBeNull();
    expect(waiverGap(uses, [waiver, whole], POLICY, T0 + 3 * DAY)).toMatchObject({ endedAtMs: T0 + 3 * DAY });
  });

  it('a renewal that nobody has approved yet closes nothing, and is not what ended', () => {
    const asked = waiverAfter(requestedDraft({ waiverId: 'w2', rules: waiver.rules, expiresAtMs: T0 + 9 * DAY }));
    expect(waiverGap(uses, [waiver, asked], POLICY, T0 + 2 * DAY)).toMatchObject({ endedAtMs: T0 + DAY });
  });

  it('a rejection opens it at once', () => {
    const asked = { rules: waiver.rules };
    const rejected = waiverAfter(
      requestedDraft(asked),
      wordDraft('waiverApproved', 'anna'),
      wordDraft('waiverApproved', 'emil'),
      wordDraft('waiverRejected', 'anna', { atMs: T0 + 60_000 }),
    );
    expect(waiverGap(uses, [rejected], POLICY, T0 + 60_000)).toMatchObject({ endedAtMs: T0 + 60_000 });
  });

  it('where the waivers can not be read, the uses alone say what has ended', () => {
    expect(waiverGapUnseen(uses, T0 + DAY - 1)).toBeNull();
    expect(waiverGapUnseen(uses, T0 + DAY)).toEqual({ rule: 'COOLDOWN_MINIMUM', endedAtMs: T0 + DAY });
    expect(waiverGapUnseen([], T0 + DAY)).toBeNull();
  });

  it('SLU-WAIVER: is there exactly where some used rule has no standing waiver', () => {
    const RULES = ['COOLDOWN_MINIMUM', 'FIRST_TARGET_MAXIMUM', 'STAGES_MINIMUM'];
    const granted = fc.record({
      rules: fc.subarray(RULES, { minLength: 1 }),
      expiresAtMs: fc.integer({ min: T0 + 1, max: T0 + 100 }),
      approved: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(granted, { maxLength: 5 }), fc.subarray(RULES), fc.nat(120), (grants, used, laterMs) => {
        const waivers = grants.map(({ rules, expiresAtMs, approved }, index) => {
          const asked = { waiverId: `w${index}`, rules, expiresAtMs };
          return approved ? approvedWaiver(asked) : waiverAfter(requestedDraft(asked));
        });
        const nowMs = T0 + laterMs;
        const isCovered = (rule: string) =>
          grants.some((each) => each.approved && each.rules.includes(rule) && nowMs < each.expiresAtMs);
        const gap = waiverGap(used.length === 0 ? [] : [use('w0', used)], waivers, POLICY, nowMs);
        expect(gap === null).toBe(used.every(isCovered));
        if (gap !== null) expect([isCovered(gap.rule), gap.endedAtMs <= nowMs]).toEqual([false, true]);
      }),
    );
  });
});

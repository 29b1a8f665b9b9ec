import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInput } from '../../../src/domain/contract/parseInput.ts';
import { DEFAULT_POLICY } from '../../../src/domain/contract/policy.ts';
import { RULE_IDS } from '../../../src/domain/contract/ruleIds.ts';
import {
  judgeWaiverRequest,
  type WaiverRequest,
  waiverRequestSchema,
} from '../../../src/domain/governance/waiverRequest.ts';
import { WAIVABLE_PREFLIGHT, WAIVABLE_RULES } from '../../../src/domain/governance/waiverRules.ts';
import { T0 } from '../../support/ledgerStory.ts';
import { DAY, PLAN_DIGEST } from '../../support/waiverStory.ts';

const at = (ms: number) => new Date(ms).toISOString();
const JUDGED = { policy: DEFAULT_POLICY, featureIsThere: true, nowMs: T0 };

const asked = (given: Partial<WaiverRequest> = {}): WaiverRequest => ({
  feature: 'checkout-v2',
  planDigest: PLAN_DIGEST,
  rules: ['STAGES_MINIMUM'],
  rationale: 'a fix of one line',
  expiresAt: at(T0 + DAY),
  ...given,
});
const brokenBy = (given: Partial<WaiverRequest>, judged: Partial<typeof JUDGED> = {}) =>
  judgeWaiverRequest(asked(given), { ...JUDGED, ...judged }).map(({ rule, path }) => `${rule} ${path}`);

describe('a request for a waiver', () => {
  it('is told everything that is wrong at once', () => {
    const wrong = { rules: ['BLAST_RADIUS', 'NONSENSE', 'BLAST_RADIUS'], rationale: ' \n', expiresAt: at(T0 - 1) };
    expect(brokenBy(wrong, { featureIsThere: false })).toEqual([
      'FEATURE_UNKNOWN $.feature',
      'WAIVER_UNWAIVABLE $.rules[0]',
      'WAIVER_RULE_UNKNOWN $.rules[1]',
      'WAIVER_RULE_REPEATED $.rules[2]',
      'WAIVER_RATIONALE $.rationale',
      'WAIVER_EXPIRY $.expiresAt',
    ]);
  });

  it('names at least one rule', () => {
    expect(brokenBy({ rules: [] })).toEqual(['WAIVER_RULES_REQUIRED $.rules']);
  });

  it('lasts at most 90 days, or as long as the policy lets it, to the millisecond', () => {
    expect(brokenBy({ expiresAt: at(T0 + 90 * DAY) })).toEqual([]);
    expect(brokenBy({ expiresAt: at(T0 + 90 * DAY + 1) })).toEqual(['WAIVER_EXPIRY $.expiresAt']);
    expect(brokenBy({ expiresAt: at(T0) })).toEqual(['WAIVER_EXPIRY $.expiresAt']);
    const policy = { ...DEFAULT_POLICY, waiverMaxDays: 0.5 };
    expect(brokenBy({ expiresAt: at(T0 + DAY / 2) }, { policy })).toEqual([]);
    expect(brokenBy({ expiresAt: at(T0 + DAY / 2 + 1) }, { policy })).toEqual(['WAIVER_EXPIRY $.expiresAt']);
    expect(brokenBy({}, { policy: { ...DEFAULT_POLICY, waiverMaxDays: 0 } })).toEqual(['WAIVER_EXPIRY $.expiresAt']);
  });

  it.each(WAIVABLE_PREFLIGHT)('may ask for the preflight item %s', (item) => {
    expect(brokenBy({ rules: [item] })).toEqual([]);
  });

  it('is granted for thresholds of prudence alone: every other rule is refused by name', () => {
    const waivable = RULE_IDS.filter((rule) => brokenBy({ rules: [rule] }).length === 0);
    expect(waivable.toSorted()).toEqual([
      'COOLDOWN_MINIMUM',
      'CRITERION_WINDOW_FITS',
      'FIRST_TARGET_MAXIMUM',
      'INITIAL_MAXIMUM_CRITICAL',
      'OBSERVATION_WINDOW_MINIMUM',
      'STAGES_MINIMUM',
    ]);
    for (const rule of RULE_IDS.filter((each) => !waivable.includes(each))) {
      expect(brokenBy({ rules: [rule] })).toEqual(['WAIVER_UNWAIVABLE $.rules[0]']);
    }
  });

  it('of any shape is either read and judged, or refused', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom(...WAIVABLE_RULES, ...RULE_IDS));
    const some = fc.record(
      {
        feature: fc.oneof(fc.constant('checkout-v2'), fc.anything()),
        planDigest: fc.oneof(fc.constant(PLAN_DIGEST), fc.anything()),
        rules: fc.oneof(fc.array(text), fc.anything()),
        rationale: fc.oneof(fc.string(), fc.anything()),
        expiresAt: fc.oneof(fc.date({ noInvalidDate: true }).map(String), fc.constant(at(T0 + DAY)), fc.anything()),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(some, fc.anything()), (input) => {
        const parsed = parseInput(waiverRequestSchema, input);
        if (parsed.ok) expect(Array.isArray(judgeWaiverRequest(parsed.value, JUDGED))).toBe(true);
        else expect(parsed.violations).not.toEqual([]);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bucketOf } from '../../../src/domain/feature/bucketing.ts';
import { evaluate } from '../../../src/domain/feature/evaluation.ts';
import { explain } from '../../../src/domain/feature/explain.ts';
import { context, document } from './arbitraries.ts';
import { documentOf, grantOf } from './documents.ts';
import { lookupOf, userCalled } from './lookups.ts';

describe('an explanation', () => {
  test('tells each step that was asked, what it looked at, and the one that decided', () => {
    const grants = [grantOf(100, { groups: ['internal'] }), grantOf(100, { tiers: ['pro'] })];
    const flag = documentOf({ version: 3, grants, caps: { acme: 100_000 } });
    const who = userCalled('u-1', { workspaceId: 'acme', tier: 'pro' });
    expect(explain(flag, who, lookupOf())).toMatchObject({
      feature: 'checkout-v2',
      version: 3,
      bucket: bucketOf('9f2c1d', 'acme:u-1'),
      cohort: null,
      steps: [
        { step: 'hardKill', outcome: 'passed', variable: 'FEATURE_CHECKOUT_V2_ENABLED' },
        { step: 'killed', outcome: 'passed', killed: false },
        { step: 'stale', outcome: 'passed', whenStale: null },
        { step: 'prerequisite', outcome: 'passed', needs: [], missing: null },
        { step: 'workspaceCap', outcome: 'passed', threshold: 100_000 },
        {
          step: 'grants',
          outcome: 'on',
          deciding: 1,
          grants: [
            { index: 0, threshold: 100_000, matches: false },
            { index: 1, threshold: 100_000, matches: true },
          ],
        },
      ],
      answer: { kind: 'resolved', variant: 'on', step: 'grants' },
    });
  });

  test('names the prerequisite that is off, and ends there', () => {
    const needed = ['accounts-v2', 'search-v3'].map((feature) => ({ feature, variant: 'on' as const }));
    const flag = documentOf({ grants: [grantOf(100)], prerequisites: needed });
    const accounts = documentOf({ feature: 'accounts-v2', grants: [grantOf(100)] });
    const { steps } = explain(flag, userCalled('u-1'), lookupOf([accounts]));
    expect(steps.at(-1)).toEqual({
      step: 'prerequisite',
      outcome: 'off',
      needs: ['accounts-v2', 'search-v3'],
      missing: 'search-v3',
    });
  });

  test('comes to the same answer as the lookup, at its last step', () => {
    fc.assert(
      fc.property(document, context, fc.boolean(), fc.boolean(), (flag, who, killed, stale) => {
        const lookup = lookupOf([], { hardKilled: () => killed, isStale: () => stale });
        const { answer, steps, cohort } = explain(flag, who, lookup);
        expect(answer).toEqual(evaluate(flag, who, lookup));
        expect(steps.slice(0, -1).every(({ outcome }) => outcome === 'passed')).toBe(true);
        if (answer.kind === 'failed') {
          expect(steps.at(-1)?.outcome).toBe('targetingKeyMissing');
          return;
        }
        expect(steps.at(-1)).toMatchObject({ step: answer.step, outcome: answer.variant });
        expect(cohort).toBe(answer.cohort);
      }),
    );
  });
});

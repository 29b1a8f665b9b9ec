import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FlagDocument } from '../../../src/domain/feature/flagDocument.ts';
import { isLowering, isStrictLowering } from '../../../src/domain/feature/lowering.ts';
import { document, relatives, user } from './arbitraries.ts';
import { documentOf, grantOf } from './documents.ts';
import { isOn, lookupOf } from './lookups.ts';

const HALF = { grants: [grantOf(50)], caps: { acme: 20_000 } };
const RAISED = { raises: { acme: 70_000 } };
const stored = documentOf(HALF);

describe('a lowering', () => {
  test.for<[string, Partial<FlagDocument>, Partial<FlagDocument>?]>([
    ['a lower threshold', { grants: [grantOf(49.999)] }],
    ['no grant', { grants: [] }],
    ['a narrower scope', { grants: [grantOf(50, { tiers: ['pro'] })] }],
    ['two narrower scopes', { grants: [grantOf(50, { tiers: ['pro'] }), grantOf(20, { regions: ['eu'] })] }],
    ['a kill, whatever else', { killed: true, grants: [grantOf(100)], caps: {} }],
    ['a lower cap', { caps: { acme: 19_999 } }],
    ['one more cap', { caps: { acme: 20_000, globex: 0 } }],
    ['a raised workspace less raised', { raises: { acme: 69_999 } }, RAISED],
    ['a raised workspace as the others', { raises: {} }, RAISED],
    ['one more prerequisite', { prerequisites: [{ feature: 'accounts-v2', variant: 'on' }] }],
  ])('%s is one', ([, next, before]) => {
    expect(isStrictLowering(documentOf({ ...HALF, ...next }), documentOf({ ...HALF, ...before }))).toBe(true);
  });

  test.for<[string, Partial<FlagDocument>]>([
    ['the same again', {}],
    ['the same at another time and stage', { revisionAt: '2027-01-01T00:00:00.000Z', version: 9 }],
    ['one more grant that meets nobody', { grants: [grantOf(50), grantOf(0, { tiers: ['pro'] })] }],
    ['a workspace raised to where everyone is', { raises: { acme: 50_000 } }],
    ['a cap that caps nothing', { caps: { acme: 20_000, globex: 100_000 } }],
  ])('%s lowers nothing, and raises nothing', ([, next]) => {
    expect(isLowering(documentOf({ ...HALF, ...next }), stored)).toBe(true);
    expect(isStrictLowering(documentOf({ ...HALF, ...next }), stored)).toBe(false);
  });

  test.for<[string, Partial<FlagDocument>, Partial<FlagDocument>?]>([
    ['a higher threshold', { grants: [grantOf(50.001)] }],
    ['a lower threshold beside a new scope', { grants: [grantOf(40), grantOf(51, { tiers: ['pro'] })] }],
    ['a wider scope', { grants: [grantOf(50)] }, { grants: [grantOf(50, { tiers: ['pro'] })] }],
    ['a kill lifted', {}, { killed: true }],
    ['a cap raised', { caps: { acme: 20_001 } }],
    ['a cap lifted', { caps: {} }],
    ['a workspace raised', { raises: { acme: 50_001 } }],
    ['a raised workspace raised further', { raises: { acme: 70_001 } }, RAISED],
    ['a prerequisite dropped', {}, { prerequisites: [{ feature: 'accounts-v2', variant: 'on' }] }],
    ['another salt: other people', { salt: 'other', grants: [] }],
    ['other variants: another answer', { variants: { on: false, off: true }, killed: true }],
    ['another environment', { environment: 'live', killed: true }],
  ])('%s is none', ([, next, before]) => {
    expect(isLowering(documentOf({ ...HALF, ...next }), documentOf({ ...HALF, ...before }))).toBe(false);
  });

  test('SLU-STICKY: exposes nobody new, to anyone, at any place', () => {
    const needed = ['accounts-v2', 'search-v3'].map((feature) =>
      documentOf({ feature, salt: feature, grants: [grantOf(50)] }),
    );
    const lookup = lookupOf(needed);
    fc.assert(
      fc.property(relatives, fc.array(user, { minLength: 5 }), ([before, next], users) => {
        fc.pre(isLowering(next, before));
        for (const who of users) expect(!isOn(next, who, lookup) || isOn(before, who, lookup)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('is transitive, and any document is one of itself', () => {
    fc.assert(
      fc.property(document, relatives, (c, [b, a]) => {
        expect(isLowering(a, a)).toBe(true);
        fc.pre(isLowering(a, b) && isLowering(b, c));
        expect(isLowering(a, c)).toBe(true);
      }),
      { maxSkipsPerRun: 10_000 },
    );
  });
});

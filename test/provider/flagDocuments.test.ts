import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FlagDocument } from '../../src/domain/feature/flagDocument.ts';
import { isLowering } from '../../src/domain/feature/lowering.ts';
import { FlagDocuments } from '../../src/provider/flagDocuments.ts';
import { context, document } from '../domain/feature/arbitraries.ts';
import { documentOf, grantOf } from '../domain/feature/documents.ts';

const NOBODY = { targetingKey: 'u', workspaceId: null, groups: [], region: null, tier: null };

function holding(...documents: readonly FlagDocument[]) {
  const held = new FlagDocuments({ isHardKilled: () => false, isStale: () => false });
  held.takeAll(documents, []);
  return held;
}

const isOn = (held: FlagDocuments, feature = 'checkout-v2') => {
  const evaluation = held.evaluate(feature, NOBODY);
  return evaluation.kind === 'resolved' && evaluation.variant === 'on';
};

const at = (version: number, percentage: number) => documentOf({ version, grants: [grantOf(percentage)] });

describe('the documents', () => {
  test('a newer version is taken, an older one opens nothing', () => {
    const held = holding(at(5, 0));
    expect(held.take('checkout-v2', at(4, 100))).toEqual([]);
    expect(isOn(held)).toBe(false);
    expect(held.take('checkout-v2', at(6, 100))).toEqual(['checkout-v2']);
    expect(isOn(held)).toBe(true);
  });

  test('a lower exposure is taken whatever its version, under the version that is known', () => {
    const held = holding(at(5, 100));
    expect(held.take('checkout-v2', at(3, 0))).toEqual(['checkout-v2']);
    expect(isOn(held)).toBe(false);
    expect(held.versionsOf(['checkout-v2'])).toEqual({ 'checkout-v2': 5 });
    // A replica that lagged has caught up.
    held.take('checkout-v2', at(5, 100));
    expect(isOn(held)).toBe(true);
  });

  test('at one version the last word stands: a switch in a server is lifted without a new one', () => {
    const held = holding({ ...at(5, 100), killed: true });
    held.take('checkout-v2', at(5, 100));
    expect(isOn(held)).toBe(true);
  });

  test('what is told is held, or else held and told differ by a version and what is held is no wider', () => {
    fc.assert(
      fc.property(document, document, context, (known, told, asker) => {
        const held = holding(known);
        held.take(told.feature, told);
        const [now] = held.all();
        if (now === undefined) throw new Error('it is gone');
        expect(now.version).toBe(Math.max(known.version, told.version));
        if (told.version >= known.version) expect(now).toEqual(told);
        else expect(isLowering(now, known)).toBe(true);
        expect(held.evaluate(now.feature, asker).kind).not.toBe(undefined);
      }),
    );
  });

  test('what a snapshot does not name is gone, but not what it could not tell', () => {
    const held = holding(at(1, 100), documentOf({ feature: 'a' }), documentOf({ feature: 'b' }));
    expect(held.takeAll([at(1, 100)], ['b'])).toEqual(['a']);
    expect(held.all().map(({ feature }) => feature)).toEqual(['checkout-v2', 'b']);
    expect(held.take('b', null)).toEqual(['b']);
    expect(held.take('b', null)).toEqual([]);
  });

  test('tell which features are another to lookups now, and only those', () => {
    const held = holding(at(1, 100), documentOf({ feature: 'a' }));
    expect(held.takeAll([at(2, 100), documentOf({ feature: 'a' })], [])).toEqual(['checkout-v2']);
  });
});

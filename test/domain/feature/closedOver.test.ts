import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { closedOver } from '../../../src/domain/feature/closedOver.ts';
import { isLowering } from '../../../src/domain/feature/lowering.ts';
import { relatives } from './arbitraries.ts';
import { documentOf, grantOf } from './documents.ts';

describe('a closing laid over what is out', () => {
  test('SLU-CLOSE: raises nothing of it, nor of what the closing asks for, however old that is', () => {
    fc.assert(
      fc.property(relatives, ([published, closing]) => {
        const document = closedOver(closing, published);
        expect(isLowering(document, published)).toBe(true);
        expect(isLowering(document, closing)).toBe(true);
        expect(document.grants).toHaveLength(closing.grants.length);
      }),
      { numRuns: 1000 },
    );
  });

  test('over what it has seen, it is the closing itself', () => {
    const published = documentOf({ version: 3, grants: [grantOf(50)], caps: { acme: 0 }, raises: { globex: 60_000 } });
    const closing = documentOf({ version: 4, grants: [grantOf(10)], caps: { acme: 0 }, raises: {} });
    expect(closedOver(closing, published)).toEqual(closing);
  });

  test('keeps a cap, a prerequisite and a kill that it does not know of', () => {
    const prerequisites = [{ feature: 'accounts-v2', variant: 'on' as const }];
    const published = documentOf({
      ...{ version: 5, killed: true, grants: [grantOf(50)] },
      ...{ caps: { acme: 0, globex: 90_000 }, prerequisites },
    });
    const closing = documentOf({ version: 4, grants: [grantOf(10)], caps: { globex: 20_000 } });
    expect(closedOver(closing, published)).toEqual({
      ...closing,
      ...{ killed: true, caps: { acme: 0, globex: 20_000 }, prerequisites },
    });
  });

  test('people keep the variants that are out, or the store would not take it as a lowering', () => {
    const out = documentOf({ version: 5, grants: [grantOf(50)], variants: { on: 'b', off: 'a' } });
    const document = closedOver(documentOf({ version: 6, variants: { on: 'c', off: 'a' } }), out);
    expect(document.variants).toEqual(out.variants);
    expect(isLowering(document, out)).toBe(true);
  });
});

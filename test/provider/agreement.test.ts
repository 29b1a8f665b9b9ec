import { ErrorCode } from '@openfeature/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FlagDocument } from '../../src/domain/feature/flagDocument.ts';
import { FlagDocuments } from '../../src/provider/flagDocuments.ts';
import { readDocument } from '../../src/provider/readDocument.ts';
import { resolve } from '../../src/provider/resolution.ts';
import { context, document } from '../domain/feature/arbitraries.ts';
import { ServerUnderTest } from '../http/serverUnderTest.ts';

const variants = fc.constantFrom<FlagDocument['variants']>(
  { on: true, off: false },
  { on: 'new', off: 'old' },
  { on: 1.5, off: -0.25 },
  { on: { list: [1, null, { a: 'b' }] }, off: {} },
);
const features = fc.tuple(document, document, document, variants).map(([asked, accounts, search, values]) => [
  { ...asked, variants: values },
  { ...accounts, feature: 'accounts-v2', prerequisites: [] },
  { ...search, feature: 'search-v3' },
]);

/** What somebody may send: right, wrong, and with members that nobody knows. */
const anyContext = fc.oneof(
  { weight: 4, arbitrary: context.map((told): unknown => ({ ...told, nested: { plan: 'pro' } })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      {},
      { targetingKey: 7 },
      { targetingKey: '' },
      { groups: 'beta' },
      { region: [] },
    ),
  },
  { weight: 1, arbitrary: fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }) },
);

describe('the provider and OFREP', () => {
  test('give one answer: value, variant, reason, metadata, error', async () => {
    await using under = new ServerUnderTest();
    const { flags } = under.application;
    const held = new FlagDocuments({ isHardKilled: () => false, isStale: () => flags.freshness.isStale() });
    let version = 0;
    await fc.assert(
      fc.asyncProperty(features, anyContext, async (told, asker) => {
        version += 1;
        for (const one of told) {
          flags.apply({ ...one, version });
          held.take(one.feature, readDocument(JSON.parse(JSON.stringify({ ...one, version }))));
        }
        const { body } = await under.post('/ofrep/v1/evaluate/flags/checkout-v2', {
          as: 'service',
          body: { context: asker },
        });
        const [
          {
            variants: { on },
          },
        ] = told as [FlagDocument];
        const type = typeof on as 'boolean' | 'string' | 'number' | 'object';
        const asked = { feature: 'checkout-v2', type, fallback: null };
        const ours = resolve(held, asked, asker);
        expect({
          value: ours.value ?? undefined,
          variant: ours.variant,
          reason: ours.errorCode === undefined ? ours.reason : undefined,
          metadata: ours.flagMetadata,
          errorCode: ours.errorCode,
        }).toEqual({
          value: body['value'],
          variant: body['variant'],
          reason: body['reason'],
          metadata: body['metadata'],
          errorCode: body['errorCode'],
        });
      }),
      { numRuns: 150 },
    );
  });
});

describe('an evaluation', () => {
  test('never throws, whatever it is asked', () => {
    const held = new FlagDocuments({ isHardKilled: () => false, isStale: () => true });
    fc.assert(
      fc.property(document, fc.anything(), fc.string(), (told, asker, feature) => {
        held.take(told.feature, told);
        for (const asked of [told.feature, feature]) {
          const answer = resolve(held, { feature: asked, type: 'boolean', fallback: false }, asker);
          expect(typeof answer.value).toBe('boolean');
        }
      }),
    );
    expect(resolve(held, { feature: '__proto__', type: 'boolean', fallback: false }, {}).errorCode).toBe(
      ErrorCode.FLAG_NOT_FOUND,
    );
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { storedFlagOf, TOO_LARGE } from '../../src/adapters/redis/flagFields.ts';
import { FlagView } from '../../src/control/flags/flagView.ts';
import { isLowering } from '../../src/domain/feature/lowering.ts';
import { document, user } from '../domain/feature/arbitraries.ts';
import { documentOf, grantOf } from '../domain/feature/documents.ts';

const FEATURE = 'checkout-v2';
const GOOD = documentOf({ version: 17, grants: [grantOf(25)] });

/** Texts near to those of a document: damaged, with odd members, of other types. */
const memberNames = fc.constantFrom(...Object.keys(GOOD), '__proto__', 'constructor', 'toString', 'extra');
const oddMembers = fc.dictionary(memberNames, fc.jsonValue(), { maxKeys: 3 });
const documentText = fc.oneof(
  fc.string(),
  fc.json(),
  fc.constantFrom('', '{', '[]', 'null', TOO_LARGE, '{"__proto__":{"killed":false}}', '['.repeat(100_000)),
  oddMembers.map((odd) => JSON.stringify({ ...GOOD, ...odd })),
  oddMembers.map((odd) => `${JSON.stringify(GOOD).slice(0, -1)},"caps":${JSON.stringify(odd)}}`),
  fc.nat(400).map((length) => JSON.stringify(GOOD).slice(0, length)),
  document.map((other) => JSON.stringify(other)),
);
const handText = fc.oneof(
  fc.constant(null),
  fc.string(),
  fc.constantFrom('true', 'false', 'FALSE', '0', '100', '1e9', '-1', 'NaN', '25', '  3 %'),
);
const versionText = fc.oneof(fc.constant(null), fc.string(), fc.constantFrom('17', '18', '-1', '1e3', '9'.repeat(30)));
const fields = fc.tuple(handText, handText, handText, handText, versionText, fc.option(documentText));

describe('whatever lies in a hash of the flag store', () => {
  test('is read or told as a fault, and lookups go on answering without an error', () => {
    fc.assert(
      fc.property(fields, user, (texts, someone) => {
        const view = new FlagView({ monotonicMs: () => 0, staleAfterMs: 1, hardKilled: () => false });
        const [good, found] = [storedFlagOf(FEATURE, goodTexts()), storedFlagOf(FEATURE, texts)];
        for (const flag of [good, found]) if (flag !== null) view.changed(flag);
        view.confirmed(0);
        const { kind } = view.evaluate(FEATURE, someone);
        expect(kind === 'resolved' || found?.kind === 'archived').toBe(true);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 3000 },
    );
  });

  test('SLU-DOOR: what can not be read meets nobody new: the last good document serves, or less of it', () => {
    fc.assert(
      fc.property(fields, (texts) => {
        const found = storedFlagOf(FEATURE, texts);
        fc.pre(found?.kind === 'unreadable');
        const view = new FlagView({ monotonicMs: () => 0, staleAfterMs: 1, hardKilled: () => false });
        const good = storedFlagOf(FEATURE, goodTexts());
        for (const flag of [good, found]) if (flag !== null) view.changed(flag);
        const served = view.document(FEATURE);
        expect(served !== undefined && isLowering(served, GOOD)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('a huge document is not even parsed', () => {
    expect(storedFlagOf(FEATURE, [...goodTexts().slice(0, 5), TOO_LARGE])).toMatchObject({
      kind: 'unreadable',
      fault: 'the document is larger than 4 MiB',
      hand: { rolloutPercent: 25 },
    });
  });
});

const goodTexts = () => ['true', 'false', '25', 'false', '17', JSON.stringify(GOOD)];

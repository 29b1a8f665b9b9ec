import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestOfText, readTag, replacedIn, tagOf } from '../../../src/domain/feature/configurationTag.ts';
import { documentText } from '../../../src/domain/feature/documentText.ts';
import { prerequisiteReach } from '../../../src/domain/feature/prerequisiteReach.ts';
import { sha256Hex } from '../../../src/domain/ledger/digest.ts';
import { documentOf } from './documents.ts';

const sumOf = (texts: readonly string[]) => texts.reduce((sum, text) => replacedIn(sum, 0n, digestOfText(text)), 0n);

describe('the tag of a configuration', () => {
  test('is the sum of the digests of its documents, modulo 2^256', () => {
    const [a, b] = ['{"a":1}', '{"b":2}'].map((text) => BigInt(`0x${sha256Hex(text)}`));
    expect(tagOf(sumOf(['{"a":1}', '{"b":2}']))).toBe(
      (((a ?? 0n) + (b ?? 0n)) % 2n ** 256n).toString(16).padStart(64, '0'),
    );
    expect(tagOf(0n)).toBe('0'.repeat(64));
    expect(digestOfText(null)).toBe(0n);
  });

  test('says which documents there are, in whatever order and by whatever way they came', () => {
    const texts = fc.uniqueArray(fc.string(), { maxLength: 12 });
    fc.assert(
      fc.property(texts, texts, fc.infiniteStream(fc.nat()), (kept, passing, order) => {
        const gone = passing.filter((text) => !kept.includes(text));
        const shuffled = [...kept].map((text) => [order.next().value ?? 0, text] as const).sort(([a], [b]) => a - b);
        let sum = sumOf([...gone, ...shuffled.map(([, text]) => text)]);
        for (const text of gone) sum = replacedIn(sum, digestOfText(text), 0n);
        expect(tagOf(sum)).toBe(tagOf(sumOf(kept)));
        expect(tagOf(sum)).toMatch(/^[0-9a-f]{64}$/);
        if (gone.length > 0) expect(tagOf(sumOf([...kept, ...gone]))).not.toBe(tagOf(sum));
      }),
    );
  });

  test('is read bare or as an entity tag, and nothing else is', () => {
    const tag = 'ab'.repeat(32);
    for (const text of [tag, `"${tag}"`, `W/"${tag}"`, ` ${tag} `]) expect(readTag(text)).toBe(tag);
    for (const text of [undefined, '', '*', tag.toUpperCase(), `${tag}0`, tag.slice(1), `${tag},${tag}`, 'nonsense']) {
      expect(readTag(text)).toBeNull();
    }
  });
});

describe('a document as text', () => {
  test('is the same whatever the order of its members, and the document again when it is read', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (on) => {
        const document = documentOf({ variants: { on: { ...on }, off: {} } } as Partial<ReturnType<typeof documentOf>>);
        const turned = Object.fromEntries(Object.entries(document).toReversed()) as typeof document;
        expect(documentText(turned)).toBe(documentText(document));
        expect(JSON.parse(documentText(document))).toEqual(JSON.parse(JSON.stringify(document)));
      }),
    );
  });

  test('is there also for what canonical JSON refuses: a hand may have put it into the store', () => {
    const document = documentOf({ variants: { on: '\ud800', off: '' } });
    expect(JSON.parse(documentText(document))).toEqual(document);
  });
});

describe('what features rest on', () => {
  const needs = (...features: readonly string[]) => features.map((feature) => ({ feature, variant: 'on' as const }));
  const documents = new Map(
    Object.entries({ a: needs('b', 'gone'), b: needs('c'), c: needs('a'), d: needs('a') }).map(
      ([feature, prerequisites]) => [feature, documentOf({ feature, prerequisites })],
    ),
  );
  const reach = (...features: readonly string[]) =>
    [...prerequisiteReach(features, (key) => documents.get(key))].sort();

  test('are their prerequisites, transitively, there or not, in a circle or not', () => {
    expect(reach('a')).toEqual(['a', 'b', 'c', 'gone']);
    expect(reach('d')).toEqual(['a', 'b', 'c', 'd', 'gone']);
    expect(reach('nobody')).toEqual(['nobody']);
    expect(reach()).toEqual([]);
  });
});

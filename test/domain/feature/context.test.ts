import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readContext } from '../../../src/domain/feature/context.ts';
import { evaluate } from '../../../src/domain/feature/evaluation.ts';
import { explain } from '../../../src/domain/feature/explain.ts';
import { document, textOf } from './arbitraries.ts';
import { lookupOf, NOBODY } from './lookups.ts';

const read = (input: unknown) => {
  const result = readContext(input);
  return result.kind === 'context' ? result.context : result.errorCode;
};

describe('a context', () => {
  test('is read attribute by attribute; what is unknown is ignored, whatever it holds', () => {
    const input = {
      targetingKey: 'u-1',
      workspaceId: 'acme',
      groups: ['beta'],
      region: 'eu',
      tier: 'pro',
      age: [{}, null],
    };
    expect(read(input)).toEqual({
      targetingKey: 'u-1',
      workspaceId: 'acme',
      groups: ['beta'],
      region: 'eu',
      tier: 'pro',
    });
  });

  test.for([
    [undefined],
    [{}],
    [{ targetingKey: null, groups: null, region: undefined }],
    [{ targetingKey: '', workspaceId: '' }],
  ])('%j gives nothing', ([input]) => {
    expect(read(input)).toEqual(NOBODY);
  });

  test.for([
    ['null', null],
    ['a list', []],
    ['a text', 'u-1'],
    ['a number as key', { targetingKey: 7 }],
    ['an object as key', { targetingKey: { id: 'u-1' } }],
    ['a key with U+0000', { targetingKey: 'u\u00001' }],
    ['a key with a lone surrogate', { targetingKey: 'u\ud800' }],
    ['a key of a megabyte', { targetingKey: 'u'.repeat(1_000_000) }],
    ['a workspace that is a list', { workspaceId: ['acme'] }],
    ['one group outside a list', { groups: 'internal' }],
    ['a group that is a number', { groups: ['beta', 1] }],
    ['a nested group', { groups: [['internal']] }],
    ['a group that is null', { groups: [null] }],
    ['too many groups', { groups: Array.from({ length: 1001 }, (_, index) => `g${index}`) }],
    ['a nested region', { region: { name: 'eu' } }],
    ['a tier that is true', { tier: true }],
    ['a tier that is not a number', { tier: Number.NaN }],
  ])('%s is refused', ([, input]) => {
    expect(read(input)).toBe('INVALID_CONTEXT');
  });

  test('takes nothing from a prototype', () => {
    expect(read(JSON.parse('{"__proto__":{"groups":["internal"],"targetingKey":"root"}}'))).toEqual(NOBODY);
    expect(read(Object.create({ groups: ['internal'] }))).toEqual(NOBODY);
    expect(read(JSON.parse('{"constructor":{"prototype":{"tier":"pro"}},"tier":"free"}'))).toEqual({
      ...NOBODY,
      tier: 'free',
    });
  });

  test('of any shape is either read or refused, and what is read never makes a lookup throw', () => {
    const attribute = fc.oneof(fc.anything(), textOf({ lone: true }), fc.array(fc.string()));
    const attributes = fc.record(
      { targetingKey: attribute, workspaceId: attribute, groups: attribute, region: attribute, tier: attribute },
      { requiredKeys: [], noNullPrototype: false },
    );
    fc.assert(
      fc.property(fc.oneof(fc.anything(), attributes, fc.jsonValue()), document, (input, flag) => {
        const result = readContext(input);
        if (result.kind === 'invalid') {
          expect(result.errorDetails).not.toBe('');
          return;
        }
        const answer = evaluate(flag, result.context, lookupOf());
        expect(explain(flag, result.context, lookupOf()).answer).toEqual(answer);
      }),
      { numRuns: 1000 },
    );
  });
});

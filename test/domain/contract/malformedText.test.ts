import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { malformedText } from '../../../src/domain/contract/malformedText.ts';
import { parseProposal } from '../../../src/domain/contract/parseProposal.ts';
import { proposalInput } from '../../support/proposals.ts';

const places = (input: unknown) => malformedText(input).map(({ rule, path }) => `${rule} ${path}`);
const nested = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}1${']'.repeat(levels)}`);

describe('text that can be neither stored nor hashed', () => {
  it('is found in values and in keys, wherever they are', () => {
    const input: unknown = JSON.parse(
      '{"a":"x\\u0000","b":[1,{"c":"\\ud800"}],"d\\u0000":1,"e":{"\\udc00":"fine"},"f":"\\ud83d\\ude00"}',
    );
    expect(places(input)).toEqual(['TEXT $["d\uFFFD"]', 'TEXT $.a', 'TEXT $.b[1].c', 'TEXT $.e["\uFFFD"]']);
  });

  it('is not found in any well-formed JSON', () => {
    const text = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0'));
    fc.assert(
      fc.property(fc.object({ key: text, values: [text, fc.integer(), fc.constant(null)] }), (input) => {
        expect(places(input)).toEqual([]);
      }),
    );
  });

  it('is refused in a proposal, beside what else is wrong', () => {
    const parsed = parseProposal({ ...proposalInput(), title: 'a\0b', issueIds: ['\udc00'], colour: 1 });
    expect(parsed).toMatchObject({
      ok: false,
      violations: [
        { rule: 'TEXT', path: '$.title', found: 'a\uFFFDb' },
        { rule: 'TEXT', path: '$.issueIds[0]', found: '\uFFFD' },
        { rule: 'SCHEMA', path: '$.colour' },
      ],
    });
  });
});

describe('nesting without end', () => {
  it('is refused beyond 64 levels, without overflowing anything', () => {
    expect(places(nested(64))).toEqual([]);
    expect(places(nested(65))).toEqual([`NESTING $${'[0]'.repeat(64)}`]);
    expect(parseProposal({ title: nested(200_000) })).toMatchObject({ ok: false, violations: [{ rule: 'NESTING' }] });
  });

  it('looks at a body of any breadth', () => {
    expect(places(new Array(300_000).fill('\0'))).toHaveLength(100);
    expect(places(new Array(300_000).fill('fine'))).toEqual([]);
  });
});

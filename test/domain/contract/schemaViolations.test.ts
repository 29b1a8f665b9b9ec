import { expect, test } from 'vitest';
import { z } from 'zod';
import { schemaViolations } from '../../../src/domain/contract/schemaViolations.ts';

const schema = z.strictObject({
  from: z.iso.datetime({ offset: true }),
  name: z.string().regex(/^a/, 'must be a name'),
});

test('a time that is none is told what one looks like, and a rule with words of its own keeps them', () => {
  const { error } = schema.safeParse({ from: '2026-02-30T00:00:00Z', name: 'b' }, { reportInput: true });
  expect(schemaViolations(error?.issues ?? [])).toEqual([
    expect.objectContaining({
      path: '$.from',
      allowed: 'a time as in RFC 3339, like 2026-11-20T12:00:00Z',
      message: 'must be a time as in RFC 3339, like 2026-11-20T12:00:00Z',
    }),
    expect.objectContaining({ path: '$.name', allowed: 'a name', message: 'must be a name' }),
  ]);
});

test('a name in a record that breaks its rule is told the rule, and what is no record that it must be an object', () => {
  const versions = z.strictObject({
    versions: z.record(z.string().regex(/^[a-z]+$/, 'must be a feature key'), z.int()),
  });
  const said = (input: unknown) =>
    schemaViolations(versions.safeParse(input, { reportInput: true }).error?.issues ?? []).map(
      ({ path, found, message }) => [path, found, message],
    );
  expect(said({ versions: { 'A B': 1, c: 'x' } })).toEqual([
    ['$.versions["A B"]', 'A B', 'must be a feature key'],
    ['$.versions.c', 'x', 'must be a number'],
  ]);
  expect(said({ versions: [] })).toEqual([['$.versions', 'a list of 0', 'must be an object']]);
  expect(said({})).toEqual([['$.versions', null, 'is missing: an object is required']]);
});

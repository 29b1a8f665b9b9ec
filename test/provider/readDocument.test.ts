import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flagDocumentSchema } from '../../src/domain/feature/flagDocumentSchema.ts';
import { readDocument } from '../../src/provider/readDocument.ts';
import { readSnapshot } from '../../src/provider/snapshot.ts';
import { document } from '../domain/feature/arbitraries.ts';
import { documentOf, grantOf } from '../domain/feature/documents.ts';

const FULL = documentOf({
  grants: [grantOf(10, { groups: ['beta'] })],
  caps: { acme: 5 },
  raises: { globex: 7 },
  prerequisites: [{ feature: 'accounts-v2', variant: 'on' }],
  live: { rolloutId: 'r-1', stage: 'canary', whenStale: 'close', grant: 0 },
});

type Path = readonly (string | number)[];

/** Every member of it, at whatever depth. */
function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return [path, ...keys.flatMap((key) => pathsOf(Reflect.get(value, key), [...path, key]))];
}

function changed(value: unknown, [key, ...rest]: Path, to: unknown): unknown {
  if (key === undefined) return to;
  const copy: object = Array.isArray(value) ? [...value] : { ...(value as object) };
  Reflect.set(copy, key, changed(Reflect.get(copy, key), rest, to));
  return copy;
}

describe('a document that arrived', () => {
  test('is read where the schema of Sluice reads it, and comes out as it was', () => {
    fc.assert(
      fc.property(document, (told) => {
        expect(flagDocumentSchema.safeParse(told).success).toBe(true);
        expect(readDocument(structuredClone(told))).toEqual(told);
      }),
    );
  });

  test('with any member of another kind, it is none: as the schema has it', () => {
    const others = fc.constantFrom<unknown>(undefined, null, 'text', -1, 0.5, 100_001, true, [], [null], {}, { on: 1 });
    fc.assert(
      fc.property(fc.constantFrom(...pathsOf(FULL)), others, (path, other) => {
        const told = changed(FULL, path, other);
        // Only of texts does the schema ask more: what they may look like changes no answer.
        if (readDocument(structuredClone(told)) === null)
          expect(flagDocumentSchema.safeParse(told).success).toBe(false);
        else expect(flagDocumentSchema.safeParse(told).error?.issues.every(isOfText) ?? true).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('of a newer schema is none, and one with members that nobody knows yet is one', () => {
    expect(readDocument({ ...FULL, schema: 2 })).toBeNull();
    expect(readDocument({ ...FULL, audience: 'later' })).toMatchObject({ feature: 'checkout-v2' });
  });

  test('is frozen to the ground', () => {
    const read = readDocument(structuredClone(documentOf({ variants: { on: { list: [{ a: 1 }] }, off: {} } })));
    const on: unknown = read?.variants.on;
    const { list } = on as { list: { a: number }[] };
    expect(() => Object.assign(list[0] ?? {}, { a: 2 })).toThrow(TypeError);
  });
});

const isOfText = ({ code, path }: { readonly code: string; readonly path: readonly PropertyKey[] }) =>
  code === 'invalid_format' ||
  code === 'too_small' ||
  code === 'custom' ||
  path.includes('groups') ||
  path.includes('prerequisites');

describe('a snapshot', () => {
  test('names what it could not read, as far as that has a name', () => {
    const flags = [null, [1], {}, { feature: 7 }, { feature: 'search-v3' }];
    const read = readSnapshot({ schema: 1, staleAfterSeconds: 60, flags });
    expect(read?.unreadable).toEqual(['unknown', 'unknown', 'unknown', 'unknown', 'search-v3']);
    expect(readSnapshot([])).toBeNull();
  });
});

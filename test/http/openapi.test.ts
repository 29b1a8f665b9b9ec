import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openApiText } from '../../openapi/document.ts';

const text = await openApiText();

describe('the OpenAPI document', () => {
  test('is the committed one: run `npm run openapi`', () => {
    // At once: what is read in pieces, as more than 512 KiB are, is taken for a leak.
    expect(readFileSync(new URL('../../openapi/openapi.json', import.meta.url), 'utf8')).toBe(text);
  });

  test('refers to nothing that it does not hold, and holds nothing that it does not refer to', () => {
    const { components } = JSON.parse(text);
    const referred = new Set(text.matchAll(/"#\/components\/schemas\/([^"]+)"/g).map(([, name]) => name));
    expect([...referred].toSorted()).toEqual(Object.keys(components.schemas).toSorted());
  });

  test('calls no member of a request read-only: clients that are generated from it would leave that out', () => {
    expect(text).not.toContain('"readOnly"');
  });

  test('gives every operation an id of its own, a summary, and a word for each answer', () => {
    const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, Operation>> };
    const operations = Object.values(paths).flatMap((path) => Object.values(path));
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operationId, summary, responses } of operations) {
      expect([operationId, summary]).toEqual([expect.any(String), expect.any(String)]);
      const words = Object.values(responses).map(({ description }) => description);
      expect(words.filter((word) => word === 'Default Response' || word === '')).toEqual([]);
    }
  });

  test('says of the stream by which ways it is opened, by whom, and how it is resumed', () => {
    const { get } = JSON.parse(text).paths['/v1/stream'];
    expect(get.security).toEqual([{ bearer: [] }, { apiKey: [] }, { streamKey: [] }]);
    expect(get.description).toContain('`events=rollouts` for viewer');
    expect(get.parameters).toContainEqual(expect.objectContaining({ in: 'header', name: 'Last-Event-ID' }));
  });
});

type Operation = {
  readonly operationId: string;
  readonly summary: string;
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
};

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ServerUnderTest } from './serverUnderTest.ts';

type Listed = {
  readonly items: readonly { readonly id?: string; readonly seq?: number }[];
  readonly nextCursor: string | null;
};

async function walk(under: ServerUnderTest, path: string, limit: number) {
  const pages: Listed['items'][] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const query: string = cursor === undefined ? `?limit=${limit}` : `?limit=${limit}&cursor=${cursor}`;
    const { items, nextCursor } = (await under.get(path + query)).body as Listed;
    pages.push(items);
    cursor = nextCursor;
  }
  return pages;
}

describe('lists', () => {
  test('walked page by page hold everything once, in order, whatever the limit', async () => {
    await using under = new ServerUnderTest();
    const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    for (const key of keys) await under.feature(key);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 9 }), async (limit) => {
        const pages = await walk(under, '/v1/features', limit);
        expect(pages.flat().map(({ id }) => id)).toEqual(keys);
        expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
        expect(pages.at(-1)).not.toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  test('of entries and tokens walk the same way', async () => {
    await using under = new ServerUnderTest();
    const { id } = await under.started();
    for (const limit of [1, 2, 50]) {
      const entries = (await walk(under, `/v1/rollouts/${id}/ledger`, limit)).flat();
      expect(entries.map(({ seq }) => seq)).toEqual([3, 4, 5]);
      const decisions = (await walk(under, `/v1/rollouts/${id}/decisions`, limit)).flat();
      expect(decisions.map(({ seq }) => seq)).toEqual([5]);
    }
    for (const subject of ['x', 'y', 'z']) await under.post('/v1/tokens', { body: { subject, roles: ['viewer'] } });
    expect((await walk(under, '/v1/tokens', 2)).map((page) => page.length)).toEqual([2, 1]);
  });

  test('say there is nothing more where there is not', async () => {
    await using under = new ServerUnderTest();
    for (const list of ['features', 'contracts', 'rollouts', 'tokens']) {
      expect((await under.get(`/v1/${list}`)).body).toEqual({ items: [], nextCursor: null });
    }
  });

  test('take only cursors of their own', async () => {
    await using under = new ServerUnderTest();
    for (const key of ['a', 'b']) await under.feature(key);
    const { nextCursor } = (await under.get('/v1/features?limit=1')).body;
    expect(await under.refusal('GET', `/v1/contracts?cursor=${nextCursor}`)).toBe('422 SCHEMA');
    for (const forged of ['features:\0', 'features:', 'features:ü', `features:${'x'.repeat(300)}`, 'feature:a']) {
      const cursor = Buffer.from(forged).toString('base64url');
      expect(await under.refusal('GET', `/v1/features?cursor=${cursor}`)).toBe('422 SCHEMA');
    }
    const { id } = await under.started();
    const letters = Buffer.from('ledger:abc').toString('base64url');
    expect(await under.refusal('GET', `/v1/rollouts/${id}/ledger?cursor=${letters}`)).toBe('422 SCHEMA');
  });
});

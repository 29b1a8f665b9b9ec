import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allowedOf, partsOf } from '../domain/projection/allowList.ts';
import { contractOf, FEATURE, Tale } from '../domain/projection/tale.ts';
import { MARK, tales } from '../domain/projection/tales.ts';
import { appendOf, definitionOf, entriesIn } from '../support/ledgerStory.ts';
import { filled, operations } from './routes.ts';
import { type Answer, ServerUnderTest } from './serverUnderTest.ts';

const ONE_PAGE = { name: 'One-page checkout', visibleFeatures: ['Saved cards'], announced: true };

/** A server whose ledger holds what the tale tells. */
async function telling(tale: Tale): Promise<ServerUnderTest> {
  const under = new ServerUnderTest();
  const { kept, clock } = under.application;
  await kept.features.add(definitionOf(FEATURE));
  for (const draft of tale.drafts) entriesIn(await kept.ledger.append(appendOf(FEATURE, [draft])));
  clock.set(tale.nowMs);
  return under;
}
const completed = () => new Tale().propose(contractOf('c1', ONE_PAGE)).create('c1').open('c1', 5);

/** What an answer is made of besides what every answer to anybody holds. */
const told = ({ body, headers }: Answer) =>
  JSON.stringify([
    { ...body, instance: null },
    { ...headers, 'x-request-id': null },
  ]);

describe('the customer projection over HTTP', () => {
  test('ROLLOUT-003: holds what is on the allow-list and nothing else, over generated rollouts', async () => {
    const leakless = fc.asyncProperty(tales, async (tale) => {
      await using under = await telling(tale);
      const allowed = allowedOf(tale);
      const one = await under.get(`/v1/projections/customer/${FEATURE}`, { as: 'customer' });
      const all = await under.get('/v1/projections/customer', { as: 'customer' });
      expect(all.body['items']).toEqual(one.status === 200 ? [one.body] : []);
      expect(all.body['nextCursor']).toBeNull();
      if (one.status === 200) expect(partsOf(one.body).filter((part) => !allowed.has(part))).toEqual([]);
      else expect(one.body).toMatchObject({ status: 404, code: 'NOT_FOUND', detail: 'nothing is known of this' });
      for (const answer of [one, all]) {
        expect(told(answer)).not.toContain(MARK);
        expect(answer.headers).not.toHaveProperty('etag');
      }
    });
    await fc.assert(leakless, { numRuns: 25 });
  }, 120_000);

  test('ROLLOUT-003: says the same of what nobody announced and of what is not there', async () => {
    const quiet = new Tale()
      .propose(contractOf('c1', { ...ONE_PAGE, announced: false }))
      .create('c1')
      .open('c1');
    await using under = await telling(quiet);
    const [hidden, absent] = await Promise.all(
      [FEATURE, 'nobody'].map((key) => under.get(`/v1/projections/customer/${key}`, { as: 'customer' })),
    );
    expect(hidden?.status).toBe(404);
    expect({ ...hidden?.body, instance: null }).toEqual({ ...absent?.body, instance: null });
    expect(Object.keys(hidden?.headers ?? {})).toEqual(Object.keys(absent?.headers ?? {}));
  });

  test('ROLLOUT-003: refuses a customer everything else, in the same words whatever is there', async () => {
    await using under = await telling(completed());
    const others = (await operations()).filter(
      ({ open, path }) => !open && !path.startsWith('/v1/projections/customer'),
    );
    for (const { method, path } of others) {
      const refused = await Promise.all(
        ['c1', FEATURE, 'nobody'].map(async (name) => {
          const { status, body } = await under.ask(method, filled(path, name), { as: 'customer' });
          // A lookup repeats the key that it was asked for.
          return [status, JSON.stringify({ ...body, instance: null }).replaceAll(name, '?')];
        }),
      );
      expect([path, refused]).toEqual([path, refused.map(() => [403, refused[2]?.[1]])]);
    }
  });

  test('lists page by page; a cursor tells nothing of what it passed over', async () => {
    await using under = new ServerUnderTest();
    const { kept } = under.application;
    const keys = ['apple', 'berry', 'cherry', 'date', 'elder'];
    for (const key of keys) {
      await kept.features.add(definitionOf(key));
      const capability = { ...ONE_PAGE, name: `name of ${key}`, announced: key !== 'cherry' };
      const tale = new Tale().propose(contractOf(`c-${key}`, capability, { feature: key }));
      const drafts = tale.drafts.map((draft) => ({ ...draft, feature: key }));
      entriesIn(await kept.ledger.append(appendOf(key, drafts)));
    }
    const names: unknown[] = [];
    let cursor: unknown = null;
    do {
      const query = cursor === null ? 'limit=1' : `limit=1&cursor=${cursor}`;
      const { body } = await under.get(`/v1/projections/customer?${query}`, { as: 'customer' });
      names.push(...(body['items'] as { capability: string }[]).map(({ capability }) => capability));
      cursor = body['nextCursor'];
      if (cursor !== null)
        expect(Buffer.from(String(cursor), 'base64url').toString()).toMatch(/^customer:[0-9a-f]{64}$/);
    } while (cursor !== null);
    expect(names.toSorted()).toEqual(['apple', 'berry', 'date', 'elder'].map((key) => `name of ${key}`));
  });

  test('is for the features of the token', async () => {
    await using under = await telling(completed());
    const one = await under.get(`/v1/projections/customer/${FEATURE}`, { as: 'boundCustomer' });
    expect(one.body).toMatchObject({ capability: 'One-page checkout', stage: 'GENERAL', availability: 'available' });
    expect(await under.refusal('GET', '/v1/projections/customer/search', { as: 'boundCustomer' })).toBe(
      '403 FORBIDDEN',
    );
    await under.application.kept.features.add(definitionOf('search'));
    const tale = new Tale().propose(contractOf('c2', { ...ONE_PAGE, name: 'Search' }, { feature: 'search' }));
    entriesIn(await under.application.kept.ledger.append(appendOf('search', tale.drafts)));
    const names = async (as: 'customer' | 'boundCustomer') =>
      ((await under.get('/v1/projections/customer', { as })).body['items'] as { capability: string }[])
        .map(({ capability }) => capability)
        .toSorted();
    expect(await names('customer')).toEqual(['One-page checkout', 'Search']);
    expect(await names('boundCustomer')).toEqual(['One-page checkout']);
  });
});

describe('the founder projection and the completion report over HTTP', () => {
  test('tell of a completed rollout', async () => {
    await using under = await telling(completed());
    const founder = await under.get('/v1/projections/founder/c1', { as: 'founder' });
    expect(founder.status).toBe(200);
    expect(founder.body).toMatchObject({ issueIds: ['SHOP-142'], lineageComplete: true, missing: [] });
    for (const as of ['founder', 'auditor', 'admin'] as const) {
      const report = await under.get('/v1/projections/completion/c1', { as });
      expect(report.body).toMatchObject({ rolloutId: 'c1', percentage: 100, rollbacks: [] });
    }
  });

  test('ROLLOUT-004: there is no report before, nor of what is not there', async () => {
    await using under = await telling(new Tale().propose(contractOf('c1', null)).create('c1').open('c1', 3));
    const refusal = (path: string) => under.refusal('GET', `/v1/projections/${path}`, { as: 'founder' });
    expect(await refusal('completion/c1')).toBe('404 COMPLETION_REQUIRES_PASS');
    expect(await refusal('completion/nobody')).toBe('404 NOT_FOUND');
    expect(await refusal('founder/nobody')).toBe('404 NOT_FOUND');
  });

  test('are for the features of the token: of others it learns not even that they are there', async () => {
    await using under = await telling(completed());
    expect((await under.get('/v1/projections/founder/c1', { as: 'boundFounder' })).status).toBe(200);
    const { kept } = under.application;
    await kept.features.add(definitionOf('search'));
    const tale = new Tale()
      .propose(contractOf('c2', null, { feature: 'search' }))
      .create('c2')
      .open('c2', 5);
    entriesIn(await kept.ledger.append(appendOf('search', tale.drafts)));
    expect((await under.get('/v1/projections/founder/c2', { as: 'founder' })).status).toBe(200);
    for (const path of ['founder/c2', 'completion/c2', 'founder/nobody']) {
      expect(await under.refusal('GET', `/v1/projections/${path}`, { as: 'boundFounder' })).toBe('404 NOT_FOUND');
    }
  });

  test('a ledger that is away is 503', async () => {
    await using under = await telling(completed());
    under.application.kept.cut();
    for (const [path, as] of [
      ['customer', 'customer'],
      [`customer/${FEATURE}`, 'customer'],
      ['founder/c1', 'founder'],
      ['completion/c1', 'founder'],
    ] as const) {
      expect(await under.refusal('GET', `/v1/projections/${path}`, { as })).toBe('503 LEDGER_UNREACHABLE');
    }
  });
});

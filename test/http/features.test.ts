import { describe, expect, test } from 'vitest';
import { LedgerStory, T0 } from '../support/ledgerStory.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

describe('features', () => {
  test('are created closed, with 201, Location, version and ETag', async () => {
    await using under = new ServerUnderTest();
    const answer = await under.post('/v1/features', { as: 'operator', body: { key: 'checkout-v2', owner: 'shop' } });
    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({ location: '/v1/features/checkout-v2', etag: '"1"' });
    expect(answer.body).toMatchObject({
      id: 'checkout-v2',
      key: 'checkout-v2',
      owner: 'shop',
      variants: { on: true, off: false },
      bucketing: 'sha256-v1',
      grants: [],
      killed: false,
      version: 1,
      createdAt: '2026-11-20T12:00:00.000Z',
    });
    expect((await under.get('/v1/features/checkout-v2', { as: 'viewer' })).body).toEqual(answer.body);
  });

  test('keep their key when archived', async () => {
    await using under = new ServerUnderTest();
    await under.feature();
    const archived = await under.ask('DELETE', '/v1/features/checkout-v2', { as: 'operator' });
    expect([archived.status, archived.text]).toEqual([204, '']);
    expect(await under.refusal('GET', '/v1/features/checkout-v2')).toBe('404 NOT_FOUND');
    expect(await under.refusal('POST', '/v1/features', { body: { key: 'checkout-v2' } })).toBe('409 FEATURE_EXISTS');
    expect((await under.get('/v1/features?archived=true')).body['items']).toMatchObject([{ key: 'checkout-v2' }]);
    expect((await under.get('/v1/features?archived=false')).body['items']).toEqual([]);
  });

  test('are changed with If-Match or without, never against it', async () => {
    await using under = new ServerUnderTest();
    await under.feature();
    const patch = (description: string, ifMatch?: string) =>
      under.ask('PATCH', '/v1/features/checkout-v2', {
        body: { description },
        ...(ifMatch === undefined ? {} : { headers: { 'if-match': ifMatch } }),
      });
    expect((await patch('one', '"1"')).headers['etag']).toBe('"2"');
    expect((await patch('two')).body).toMatchObject({ description: 'two', version: 3 });
    for (const stale of ['"1"', 'W/"3"', '3', '*', '"3", "4"', '"three"']) {
      expect((await patch('three', stale)).body).toMatchObject({ status: 412, code: 'VERSION_STALE' });
    }
    expect((await under.get('/v1/features/checkout-v2')).body).toMatchObject({ description: 'two', version: 3 });
  });

  test('are killed by one person and revived to nothing', async () => {
    await using under = new ServerUnderTest();
    await under.feature();
    const killed = await under.post('/v1/features/checkout-v2/kill', { as: 'operator', body: { reason: 'fire' } });
    expect(killed.body).toMatchObject({ key: 'checkout-v2', killed: true, recorded: true, feature: { killed: true } });
    expect((await under.post('/v1/features/checkout-v2/kill', { body: { reason: 'fire' } })).status).toBe(200);
    const revived = await under.post('/v1/features/checkout-v2/revive', { body: { reason: 'out' } });
    expect([revived.status, revived.body['killed']]).toEqual([200, false]);
  });

  test('are revived with 202 where exposure would come back, until somebody else asks', async () => {
    await using under = new ServerUnderTest();
    const story = new LedgerStory(under.application.kept);
    const { state } = await story.active('checkout-v2');
    await story.kept.ledger.append(await story.open('complete', state.id, T0));
    const body = { reason: 'fire' };
    expect((await under.post('/v1/features/checkout-v2/kill', { as: 'operator', body })).status).toBe(200);
    const revive = (as: 'operator' | 'admin') => under.post('/v1/features/checkout-v2/revive', { as, body });
    for (const asked of [await revive('operator'), await revive('operator')]) {
      expect(asked.status).toBe(202);
      expect(asked.body).toMatchObject({ killed: true, reviveRequestedBy: 'olga' });
    }
    expect(await revive('admin')).toMatchObject({ status: 200, body: { killed: false, reviveRequestedBy: null } });
  });

  test('SLU-DOOR: never change what everybody else gets, and are not there to be killed once archived', async () => {
    await using under = new ServerUnderTest();
    await under.feature();
    const variants = { on: false, off: true };
    const swapped = await under.ask('PATCH', '/v1/features/checkout-v2', { as: 'operator', body: { variants } });
    expect(swapped.body).toMatchObject({
      status: 409,
      code: 'WOULD_RAISE_EXPOSURE',
      violations: [{ rule: 'VARIANT_OFF_FIXED', path: '$.variants.off', found: true }],
    });
    await under.ask('DELETE', '/v1/features/checkout-v2', { as: 'operator' });
    const kill = { as: 'operator' as const, body: { reason: 'fire' } };
    expect(await under.refusal('POST', '/v1/features/checkout-v2/kill', kill)).toBe('404 NOT_FOUND');
  });

  test('take the live rollout with them when they are killed', async () => {
    await using under = new ServerUnderTest();
    const { id } = await under.started();
    const { status } = await under.post('/v1/features/checkout-v2/kill', { as: 'operator', body: { reason: 'fire' } });
    expect(status).toBe(200);
    expect((await under.get(`/v1/rollouts/${id}`)).body).toMatchObject({ wedgeState: 'ROLLED_BACK', percentage: 0 });
  });

  test('explain a lookup step by step, with bucket, threshold and cohort', async () => {
    await using under = new ServerUnderTest();
    await under.started();
    const body = { context: { targetingKey: 'user-1' } };
    const explained = await under.post('/v1/features/checkout-v2/explain', { as: 'viewer', body });
    expect(explained.status).toBe(200);
    expect(explained.body).toMatchObject({ feature: 'checkout-v2', threshold: 5000, answer: { step: 'grants' } });
    expect(explained.body['bucket']).toEqual(expect.any(Number));
    expect(['treatment', 'control', 'rest']).toContain(explained.body['cohort']);
    const unsaid = await under.post('/v1/features/checkout-v2/explain', { body: {} });
    expect(unsaid.body).toMatchObject({ bucket: null, answer: { errorCode: 'TARGETING_KEY_MISSING' } });
    expect(await under.refusal('POST', '/v1/features/nobody/explain', { body })).toBe('404 NOT_FOUND');
  });
});

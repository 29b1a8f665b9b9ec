import { describe, expect, test } from 'vitest';
import { INSTALLATION_CHAIN } from '../../src/domain/ledger/entry.ts';
import { proposalInput } from '../support/proposals.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

const FRIDAYS = {
  timeZone: 'Europe/Berlin',
  effect: 'closed',
  windows: [{ days: ['friday'] }],
  reason: 'no promotions on Fridays',
};
const PATH = '/v1/calendars/fridays';

const chainOf = (under: ServerUnderTest) =>
  under.application.kept.ledger.entries(INSTALLATION_CHAIN, { afterSeq: 0, limit: 100 });

describe('a hook that refuses', () => {
  test('is the reason of the refusal, in its own words', async () => {
    await using under = new ServerUnderTest();
    under.application.hooks.answer('beforeStart', 'answered 409: no change ticket');
    const { id, version } = await under.rollout();
    const headers = { 'if-match': `"${version}"` };
    const held = await under.post(`/v1/rollouts/${id}/start`, { as: 'operator', headers });
    expect([held.status, held.body]).toMatchObject([
      409,
      { code: 'HELD', reason: 'gateHook', detail: 'beforeStart answered 409: no change ticket', unblocksAt: null },
    ]);
  });

  test('is named by the configuration alone: a contract that names an address is refused', async () => {
    await using under = new ServerUnderTest();
    await under.feature();
    const hooks = { beforeStart: 'https://169.254.169.254/' };
    const body = { ...proposalInput(), hooks, gateHooks: hooks };
    const refused = await under.post('/v1/contracts', { as: 'operator', body });
    const violations = refused.body['violations'] as readonly { readonly path: string }[];
    expect([refused.status, violations.map(({ path }) => path)]).toEqual([422, ['$.hooks', '$.gateHooks']]);
  });
});

describe('calendars', () => {
  test('are set by an administrator, read by viewers, and removed', async () => {
    await using under = new ServerUnderTest();
    expect(await under.refusal('PUT', PATH, { as: 'operator', body: FRIDAYS })).toBe('403 FORBIDDEN');
    expect(await under.refusal('PUT', PATH, { as: 'boundAdmin', body: FRIDAYS })).toBe('403 FORBIDDEN');
    const set = await under.ask('PUT', PATH, { body: FRIDAYS });
    expect(set.status).toBe(200);
    const shown = {
      ...FRIDAYS,
      name: 'fridays',
      appliesTo: {},
      windows: [{ days: ['friday'], from: '00:00', to: '24:00' }],
      setBy: 'ada',
      setAt: '2026-11-20T12:00:00.000Z',
      shut: true,
      opensAt: '2026-11-20T23:00:00.000Z',
    };
    expect(set.body).toEqual(shown);
    expect((await under.get(PATH, { as: 'viewer' })).body).toEqual(shown);
    expect((await under.get('/v1/calendars', { as: 'viewer' })).body).toEqual({ items: [shown], nextCursor: null });
    expect((await under.ask('DELETE', PATH, { body: { reason: 'we are late' } })).status).toBe(204);
    expect(await under.refusal('GET', PATH)).toBe('404 NOT_FOUND');
    expect(await under.refusal('DELETE', PATH)).toBe('404 NOT_FOUND');
    expect((await chainOf(under)).map(({ type, actor, comment }) => [type, actor.subject, comment])).toEqual([
      ['calendarSet', 'ada', null],
      ['calendarRemoved', 'ada', 'we are late'],
    ]);
  });

  test('set again as they are write nothing', async () => {
    await using under = new ServerUnderTest();
    const first = await under.ask('PUT', PATH, { body: FRIDAYS });
    under.application.clock.set(Date.parse('2026-11-21T12:00:00Z'));
    const again = await under.ask('PUT', PATH, { body: { ...FRIDAYS, windows: [{ to: '24:00', days: ['friday'] }] } });
    expect(again.body).toEqual({ ...first.body, shut: false, opensAt: null });
    expect(await chainOf(under)).toHaveLength(1);
    await under.ask('PUT', PATH, { body: { ...FRIDAYS, reason: 'another' } });
    expect(await chainOf(under)).toHaveLength(2);
  });

  test('are refused with all that is wrong, and nothing is written', async () => {
    await using under = new ServerUnderTest();
    const windows = [{ from: '2026-03-29T02:30', to: '2026-03-28T00:00' }, { days: ['fryday'] }];
    const refused = await under.ask('PUT', '/v1/calendars/A%20b', { body: { ...FRIDAYS, windows, effect: 'shut' } });
    expect([refused.status, refused.body['code']]).toEqual([422, 'SCHEMA']);
    const violations = refused.body['violations'] as readonly { readonly path: string }[];
    expect(violations.map(({ path }) => path).toSorted()).toEqual([
      '$.effect',
      '$.name',
      '$.windows[0].from',
      '$.windows[0].to',
      '$.windows[1].days[0]',
    ]);
    const nowhere = await under.ask('PUT', PATH, { body: { ...FRIDAYS, timeZone: 'Mars/Phobos' } });
    expect(nowhere.body['violations']).toMatchObject([{ path: '$.timeZone', found: 'Mars/Phobos' }]);
    expect(await chainOf(under)).toEqual([]);
  });

  test('are bounded in number; those that are there can still be changed', async () => {
    await using under = new ServerUnderTest({ requestsPerMinute: 1000 });
    for (let count = 0; count < 50; count += 1) await under.ask('PUT', `/v1/calendars/c${count}`, { body: FRIDAYS });
    expect(await under.refusal('PUT', PATH, { body: FRIDAYS })).toBe('409 CALENDARS_FULL');
    const changed = await under.ask('PUT', '/v1/calendars/c7', { body: { ...FRIDAYS, reason: 'another' } });
    expect(changed.status).toBe(200);
  });

  test('hold a start by hand, and say when it may be tried again', async () => {
    await using under = new ServerUnderTest();
    await under.ask('PUT', PATH, { body: { ...FRIDAYS, appliesTo: { features: ['checkout-v2'] } } });
    const { id, version } = await under.rollout();
    const headers = { 'if-match': `"${version}"` };
    const held = await under.post(`/v1/rollouts/${id}/start`, { as: 'operator', headers });
    expect(held.status).toBe(409);
    expect(held.body).toMatchObject({
      code: 'HELD',
      reason: 'calendar',
      detail: 'fridays: no promotions on Fridays',
      unblocksAt: '2026-11-20T23:00:00.000Z',
    });
    await under.ask('PUT', PATH, { body: { ...FRIDAYS, appliesTo: { criticality: 'critical' } } });
    expect((await under.post(`/v1/rollouts/${id}/start`, { as: 'operator', headers })).status).toBe(200);
  });
});

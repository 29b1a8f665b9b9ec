import { describe, expect, test } from 'vitest';
import type { Right } from '../../src/domain/governance/role.ts';
import type { TokenName } from '../support/fakeApplication.ts';
import { proposalInput } from '../support/proposals.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

/** One route for each right that a route may ask for. */
const ASKING: readonly (readonly [right: Right, method: 'GET' | 'POST', path: string])[] = [
  ['lookup', 'POST', '/ofrep/v1/evaluate/flags'],
  ['view', 'GET', '/v1/features'],
  ['operate', 'POST', '/v1/contracts/validate'],
  ['approve', 'POST', '/v1/contracts/none/approvals'],
  ['twoPerson', 'POST', '/v1/features/none/revive'],
  ['founderView', 'GET', '/v1/projections/founder/none'],
  ['report', 'GET', '/v1/projections/completion/none'],
  ['customerView', 'GET', '/v1/projections/customer'],
  ['audit', 'GET', '/v1/ledger/export'],
  ['administer', 'GET', '/v1/tokens'],
];

const MAY: readonly (readonly [who: TokenName, rights: readonly Right[]])[] = [
  ['service', ['lookup']],
  ['viewer', ['view']],
  ['customer', ['customerView']],
  ['founder', ['founderView', 'report']],
  ['auditor', ['view', 'audit', 'report']],
  ['operator', ['view', 'operate', 'twoPerson']],
  ['approver', ['view', 'approve', 'twoPerson']],
  [
    'admin',
    [
      'lookup',
      'view',
      'operate',
      'approve',
      'twoPerson',
      'founderView',
      'report',
      'customerView',
      'audit',
      'administer',
    ],
  ],
];

describe('rights', () => {
  test.for(MAY)('of %s are those of the table', async ([who, rights]) => {
    await using under = new ServerUnderTest();
    for (const [right, method, path] of ASKING) {
      const { status } = await under.ask(method, path, { as: who, ...(method === 'POST' ? { body: {} } : {}) });
      expect([right, status === 403]).toEqual([right, !rights.includes(right)]);
    }
  });

  test('by X-API-Key are those of services alone', async () => {
    await using under = new ServerUnderTest();
    const headers = { 'x-api-key': under.application.token('admin') };
    expect((await under.post('/ofrep/v1/evaluate/flags', { as: null, headers, body: {} })).status).toBe(200);
    expect((await under.get('/v1/snapshot', { as: null, headers })).status).toBe(200);
    const word = { client: 'pod-1', versions: {} };
    expect((await under.post('/v1/acknowledgements', { as: null, headers, body: word })).status).toBe(204);
    expect(await under.refusal('GET', '/v1/features', { as: null, headers })).toBe('401 UNAUTHENTICATED');
  });

  test('by a bearer token come in any case of the word', async () => {
    await using under = new ServerUnderTest();
    const headers = { authorization: `bEARER ${under.application.token('admin')}` };
    expect((await under.get('/v1/features', { as: null, headers })).status).toBe(200);
  });
});

describe('a token for some features', () => {
  test('acts on these and is refused all others, whether they exist or not', async () => {
    await using under = new ServerUnderTest();
    await under.feature();
    await under.feature('accounts-v2');
    expect((await under.get('/v1/features/checkout-v2', { as: 'bound' })).status).toBe(200);
    for (const key of ['accounts-v2', 'nobody']) {
      expect(await under.refusal('GET', `/v1/features/${key}`, { as: 'bound' })).toBe('403 FORBIDDEN');
      const kill = { as: 'bound', body: { reason: 'a' } } as const;
      expect(await under.refusal('POST', `/v1/features/${key}/kill`, kill)).toBe('403 FORBIDDEN');
      expect(await under.refusal('POST', '/v1/features', { as: 'bound', body: { key } })).toBe('403 FORBIDDEN');
      const proposal = { as: 'bound', body: proposalInput({ feature: key }) } as const;
      expect(await under.refusal('POST', '/v1/contracts', proposal)).toBe('403 FORBIDDEN');
      expect(await under.refusal('POST', '/v1/contracts/validate', proposal)).toBe('403 FORBIDDEN');
    }
    expect((await under.get('/v1/features/accounts-v2')).body).toMatchObject({ killed: false });
  });

  test('does not learn whether an id exists', async () => {
    await using under = new ServerUnderTest();
    const strange = await under.started('accounts-v2');
    const own = await under.started();
    const headers = { 'if-match': `"${strange.version}"` };
    for (const act of ['pause', 'rollback', 'start', 'advance', 'resume', 'preflight']) {
      const asked = { as: 'bound', headers } as const;
      expect(await under.refusal('POST', `/v1/rollouts/${strange.id}/${act}`, asked)).toBe('404 NOT_FOUND');
    }
    for (const seen of [
      '',
      '/status',
      '/ledger',
      '/decisions',
      '/measurements',
      '/preflight',
      '/incidents',
      '/acknowledgements',
    ]) {
      expect(await under.refusal('GET', `/v1/rollouts/${strange.id}${seen}`, { as: 'bound' })).toBe('404 NOT_FOUND');
      expect(await under.refusal('GET', `/v1/rollouts/${own.id}${seen}`, { as: 'bound' })).not.toBe('404 NOT_FOUND');
    }
    const incident = { reference: 'INC-7', severity: 'sev2', detectedBySluice: false };
    const link = { as: 'bound', body: incident } as const;
    expect(await under.refusal('POST', `/v1/rollouts/${strange.id}/incidents`, link)).toBe('404 NOT_FOUND');
    expect((await under.post(`/v1/rollouts/${own.id}/incidents`, link)).status).toBe(201);
    const attest = { as: 'bound', body: { name: 'soak' } } as const;
    expect(await under.refusal('POST', `/v1/rollouts/${strange.id}/attestations`, attest)).toBe('404 NOT_FOUND');
    expect((await under.get(`/v1/rollouts/${strange.id}`)).body).toMatchObject({ wedgeState: 'ACTIVE' });
    const contract = await under.contract('accounts-v2');
    expect(await under.refusal('GET', `/v1/contracts/${contract.id}`, { as: 'bound' })).toBe('404 NOT_FOUND');
    const create = { as: 'bound', body: { contractId: contract.id } } as const;
    expect(await under.refusal('POST', '/v1/rollouts', create)).toBe('404 NOT_FOUND');
  });

  test('sees its own in lists and lookups', async () => {
    await using under = new ServerUnderTest();
    await under.rollout('accounts-v2');
    await under.rollout();
    for (const list of ['features', 'contracts', 'rollouts']) {
      expect((await under.get(`/v1/${list}`)).body['items']).toHaveLength(2);
      expect((await under.get(`/v1/${list}`, { as: 'bound' })).body['items']).toHaveLength(1);
    }
    const bulk = await under.post('/ofrep/v1/evaluate/flags', { as: 'bound', body: {} });
    expect(bulk.body['flags']).toMatchObject([{ key: 'checkout-v2' }]);
    const single = { as: 'bound', body: {} } as const;
    expect(await under.refusal('POST', '/ofrep/v1/evaluate/flags/accounts-v2', single)).toBe('403 GENERAL');
  });

  test('closes its own gate with the ledger away', async () => {
    await using under = new ServerUnderTest();
    const { id } = await under.started();
    const strange = await under.started('accounts-v2');
    under.application.kept.cut();
    // Past the question whose rollout it is; what the desk remembers of it is the desk's concern.
    expect(await under.refusal('POST', `/v1/rollouts/${id}/rollback`, { as: 'bound' })).not.toBe('404 NOT_FOUND');
    const refused = await under.refusal('POST', `/v1/rollouts/${strange.id}/rollback`, { as: 'bound' });
    expect(refused).toBe('503 LEDGER_UNREACHABLE');
    const kill = { as: 'bound', body: { reason: 'fire' } } as const;
    expect((await under.post('/v1/features/checkout-v2/kill', kill)).body).toMatchObject({ recorded: false });
  });

  test('has no right over the installation: it could free itself', async () => {
    await using under = new ServerUnderTest();
    const body = { subject: 'bert', roles: ['admin'] };
    expect(await under.refusal('POST', '/v1/tokens', { as: 'boundAdmin', body })).toBe('403 FORBIDDEN');
    expect(await under.refusal('PUT', '/v1/stop', { as: 'boundAdmin', body: { reason: 'a' } })).toBe('403 FORBIDDEN');
    expect((await under.get('/v1/tokens')).body['items']).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../src/domain/contract/policy.ts';
import { YOUNG_POLICY } from '../support/youngPolicy.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

const SOAK = '24 h soak passed';
const asking = () =>
  new ServerUnderTest({}, undefined, undefined, { ...YOUNG_POLICY, attestations: [SOAK, 'no P0 or P1 open'] });

describe('a preflight', () => {
  test('that fails tells each failed item as a member of the problem', async () => {
    await using under = asking();
    const { id, version } = await under.rollout();
    const headers = { 'if-match': `"${version}"` };
    const refused = await under.post(`/v1/rollouts/${id}/start`, { as: 'operator', headers });
    expect(refused.body).toMatchObject({
      status: 409,
      code: 'PREFLIGHT_FAILED',
      items: [
        { id: 'PREFLIGHT_ATTESTATIONS', item: SOAK, outcome: 'failed', detail: expect.any(String) },
        { id: 'PREFLIGHT_ATTESTATIONS', item: 'no P0 or P1 open', outcome: 'failed' },
      ],
    });
    expect((await under.get(`/v1/rollouts/${id}`)).body).toMatchObject({ wedgeState: 'PENDING', version });
  });

  test('looks back by the default policy, where a source has a past', async () => {
    await using under = new ServerUnderTest({}, undefined, undefined, DEFAULT_POLICY);
    const { id } = await under.rollout();
    const { body } = await under.post(`/v1/rollouts/${id}/preflight`, { as: 'operator' });
    expect(body).toMatchObject({ passed: true });
    expect(body['items']).toContainEqual({
      id: 'PREFLIGHT_BASELINE',
      item: 'baseline of error_rate',
      outcome: 'passed',
      detail: 'is 0, wanted below 0.01, over 48 h of 48 h',
    });
  });
});

describe('attestations', () => {
  test('are given by operators and approvers, and shown with who gave them', async () => {
    await using under = asking();
    const { id, version } = await under.rollout();
    const path = `/v1/rollouts/${id}/attestations`;
    const given = await under.post(path, { as: 'operator', body: { name: SOAK, comment: 'graph 12' } });
    const attestations = [{ name: SOAK, subject: 'olga', at: '2026-11-20T12:00:00.000Z' }];
    expect([given.status, given.body['attestations']]).toEqual([200, attestations]);
    expect(given.headers['etag']).toBe(`"${version + 1}"`);
    const again = await under.post(path, { as: 'operator', body: { name: SOAK } });
    expect([again.status, again.headers['etag']]).toEqual([200, `"${version + 1}"`]);
    const second = await under.post(path, { as: 'approver', body: { name: SOAK } });
    expect(second.body['attestations']).toHaveLength(2);
    const ledger = (await under.get(`/v1/rollouts/${id}/ledger`)).body['items'];
    expect(ledger).toMatchObject([
      { type: 'created' },
      { type: 'attested', data: { name: SOAK }, comment: 'graph 12', actor: { subject: 'olga' } },
      { type: 'attested', actor: { subject: 'peter' } },
    ]);
  });

  test('that nobody asks for, or of a wrong form, are refused', async () => {
    await using under = asking();
    const { id } = await under.rollout();
    const path = `/v1/rollouts/${id}/attestations`;
    const refusal = (body: object) => under.refusal('POST', path, { body });
    expect(await refusal({ name: 'all is well' })).toBe('422 ATTESTATION_UNKNOWN');
    for (const body of [{}, { name: '' }, { name: 7 }, { name: 'x'.repeat(101) }, { name: SOAK, zzz: 1 }]) {
      expect([body, await refusal(body)]).toEqual([body, '422 SCHEMA']);
    }
    const all = await under.post(path, { body: { name: '', comment: 'x'.repeat(1001) } });
    expect(all.body).toMatchObject({ violations: [{ path: '$.name' }, { path: '$.comment' }] });
  });

  test('are for those who may, before the start', async () => {
    await using under = asking();
    const { id } = await under.rollout();
    const path = `/v1/rollouts/${id}/attestations`;
    for (const as of ['viewer', 'service', 'customer'] as const) {
      expect([as, await under.refusal('POST', path, { as, body: { name: SOAK } })]).toEqual([as, '403 FORBIDDEN']);
    }
    await under.post(`/v1/rollouts/${id}/rollback`);
    expect(await under.refusal('POST', path, { body: { name: SOAK } })).toBe('409 ILLEGAL_STATE');
    expect(await under.refusal('POST', '/v1/rollouts/nobody/attestations', { body: { name: SOAK } })).toBe(
      '404 NOT_FOUND',
    );
  });
});

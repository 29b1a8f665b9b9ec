import { describe, expect, test } from 'vitest';
import { contractDigest } from '../../src/domain/contract/digest.ts';
import { proposalInput, stageInput } from '../support/proposals.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

describe('contracts', () => {
  test('are proposed with 201 and told with all that an approval needs', async () => {
    await using under = new ServerUnderTest();
    await under.feature();
    const { status, body, headers } = await under.post('/v1/contracts', { as: 'operator', body: proposalInput() });
    expect([status, headers['location']]).toEqual([201, `/v1/contracts/${body['id']}`]);
    expect(body).toMatchObject({
      feature: 'checkout-v2',
      state: 'proposed',
      proposedBy: 'olga',
      approvals: [],
      version: 1,
    });
    // Whoever approves can recompute what they approve.
    expect(body['digest']).toBe(contractDigest(body['contract'] as Parameters<typeof contractDigest>[0]));
    expect((await under.get(`/v1/contracts/${body['id']}`, { as: 'viewer' })).body).toEqual(body);
  });

  test('that break rules are refused with all violations at once, and nothing is stored', async () => {
    await using under = new ServerUnderTest();
    await under.feature();
    const body = proposalInput({}, { maxBlastRadius: 40, observationWindowHours: 0.5 });
    const refused = await under.post('/v1/contracts', { as: 'operator', body });
    expect(refused.body).toMatchObject({ status: 422, code: 'CONTRACT_INVALID' });
    const rules = (refused.body['violations'] as { rule: string }[]).map(({ rule }) => rule);
    expect(rules).toEqual(expect.arrayContaining(['BLAST_RADIUS', 'OBSERVATION_WINDOW_MINIMUM']));
    expect((await under.get('/v1/contracts')).body['items']).toEqual([]);
  });

  test('with unknown fields and wrong types are refused by path, before any rule', async () => {
    await using under = new ServerUnderTest();
    await under.feature();
    const { body } = await under.post('/v1/contracts', { body: { ...proposalInput(), colour: 'red', title: 7 } });
    expect(body).toMatchObject({ status: 422, code: 'SCHEMA' });
    expect(body['violations']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ rule: 'SCHEMA', path: '$.title', found: 7 }),
        expect.objectContaining({ rule: 'SCHEMA', path: '$.colour', found: 'red' }),
      ]),
    );
  });

  test('take an SLI of the catalogue by its name, which is written out and said to come from there', async () => {
    await using under = new ServerUnderTest();
    await under.feature();
    const taking = { ...proposalInput(), slis: [...proposalInput().slis, { use: 'checkout_success' }] };
    const proposed = await under.post('/v1/contracts', { as: 'operator', body: taking });
    expect(proposed.status).toBe(201);
    expect(proposed.body['contract']).toMatchObject({
      slis: [{ id: 'error_rate' }, { id: 'checkout_success', kind: 'ratio' }],
      catalogue: { slis: ['checkout_success'], criteria: {} },
    });
    const unknown = { ...taking, slis: [...proposalInput().slis, { use: 'nothing' }] };
    const judged = await under.post('/v1/contracts/validate', { as: 'operator', body: unknown });
    expect(judged.body['violations']).toMatchObject([
      { rule: 'CATALOGUE_SLI_UNKNOWN', path: '$.slis[1].use', allowed: 'one of checkout_success, latency_p95' },
    ]);
    expect(await under.refusal('POST', '/v1/contracts', { body: unknown })).toBe('422 CONTRACT_INVALID');
    const forged = { ...proposalInput(), catalogue: { slis: ['error_rate'], criteria: {} } };
    expect(await under.refusal('POST', '/v1/contracts', { body: forged })).toBe('422 SCHEMA');
  });

  test('are judged without being stored', async () => {
    await using under = new ServerUnderTest();
    await under.feature();
    const good = await under.post('/v1/contracts/validate', { as: 'operator', body: proposalInput() });
    expect(good.body).toMatchObject({ violations: [], planDigest: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const bad = await under.post('/v1/contracts/validate', { body: { feature: 'checkout-v2' } });
    expect([bad.status, bad.body['planDigest'], bad.body['power']]).toEqual([200, null, null]);
    expect(bad.body['violations']).not.toEqual([]);
    expect((await under.get('/v1/contracts')).body['items']).toEqual([]);
  });

  test('tell what their stages can notice, without NaN or infinity, by the base rate that is given', async () => {
    await using under = new ServerUnderTest();
    await under.feature();
    const stages = [10, 50, 100].map((percentage) => {
      const plain = stageInput(`to-${percentage}`, percentage, { expectedRequestsPerHour: 20_000, durationHours: 2 });
      return { ...plain, rollbackTrigger: [...plain.rollbackTrigger, { sli: 'error_rate', dispersion: 1 }] };
    });
    const body = proposalInput({}, { wedgeStages: stages });
    const judged = await under.post('/v1/contracts/validate?expectedBaseRate=0.01', { as: 'operator', body });
    expect(judged.body['power']).toMatchObject([
      {
        ...{ stageId: 'to-10', windowHours: 2, scopeAssumed: false },
        criteria: [
          { criterion: 'trigger/0', kind: 'window', enough: true },
          {
            ...{ criterion: 'trigger/1', baseRateFrom: 'expected', trafficFrom: 'expected' },
            detections: [{ relativeRisk: 1.5, medianHours: 'notWithinWindow' }, {}, {}, { badShare: 1 }],
          },
          { criterion: 'success/0', kind: 'window' },
        ],
      },
      { stageId: 'to-50' },
      { criteria: [{}, { kind: 'unknown', reason: 'noControl' }, {}] },
    ]);
    expect(judged.body['warnings']).toMatchObject([{ rule: 'DETECTION_BEYOND_STAGE' }]);
    const { body: made } = await under.post('/v1/contracts', { as: 'operator', body });
    const told = await under.get(`/v1/contracts/${made['id']}/power?expectedBaseRate=0.01`, { as: 'viewer' });
    expect(told.body).toEqual({ stages: judged.body['power'], warnings: judged.body['warnings'] });
    for (const rate of ['0', '1', 'x', '']) {
      expect(await under.refusal('POST', `/v1/contracts/validate?expectedBaseRate=${rate}`, { body })).toBe(
        '422 SCHEMA',
      );
    }
    expect(await under.refusal('GET', '/v1/contracts/nobody/power')).toBe('404 NOT_FOUND');
  });

  test('are approved by digest, by somebody else', async () => {
    await using under = new ServerUnderTest();
    await under.feature();
    const { id, digest } = await under.contract();
    const approve = (as: 'approver' | 'admin' | 'operator', named: string) =>
      under.refusal('POST', `/v1/contracts/${id}/approvals`, { as, body: { decision: 'approve', digest: named } });
    expect(await approve('operator', digest)).toBe('403 FORBIDDEN');
    expect(await approve('approver', '0'.repeat(64))).toBe('409 DIGEST_MISMATCH');
    expect(await approve('approver', 'no digest')).toBe('422 SCHEMA');
    expect(await approve('approver', digest)).toBe('200 undefined');
    expect((await under.get(`/v1/contracts/${id}`)).body).toMatchObject({
      state: 'approved',
      approvals: [{ subject: 'peter' }],
      version: 2,
    });
  });

  test('are not approved by who proposed them, whatever the roles', async () => {
    await using under = new ServerUnderTest();
    await under.feature();
    const proposed = await under.post('/v1/contracts', { as: 'admin', body: proposalInput() });
    const { id, digest } = proposed.body;
    const refused = await under.refusal('POST', `/v1/contracts/${id}/approvals`, {
      body: { decision: 'approve', digest },
    });
    expect(refused).toBe('403 FOUR_EYES');
  });
});

import { describe, expect, test } from 'vitest';
import { proposalInput } from '../support/proposals.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

/** A started rollout whose contract asks for an auditor; the administrator has proposed it. It begins at its first target, or below. */
async function external(under: ServerUnderTest, initialPercentage = 10): Promise<string> {
  await under.feature();
  for (const arm of ['all', 'treatment', 'control'] as const) under.application.source.observe('error_rate', arm, 0);
  const proposal = { ...proposalInput({}, { initialPercentage }), audit: 'external' };
  const proposed = await under.post('/v1/contracts', { as: 'admin', body: proposal });
  const { id: contractId, digest } = proposed.body;
  await under.post(`/v1/contracts/${contractId}/approvals`, { as: 'approver', body: { decision: 'approve', digest } });
  const { id, version } = (await under.post('/v1/rollouts', { as: 'operator', body: { contractId } })).body;
  const started = await under.post(`/v1/rollouts/${id}/start`, {
    as: 'operator',
    headers: { 'if-match': `"${version}"` },
  });
  expect(started.status, started.text).toBe(200);
  return `/v1/rollouts/${id}`;
}

describe('the audit of a rollout', () => {
  test('shows each check with its findings, to whoever may look', async () => {
    await using under = new ServerUnderTest();
    const { id } = await under.started();
    for (const as of ['viewer', 'auditor'] as const) {
      const { status, body } = await under.get(`/v1/rollouts/${id}/audit`, { as });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        rolloutId: id,
        feature: 'checkout-v2',
        audit: 'automatic',
        verdict: 'PASS',
        verdicts: [],
      });
      const checks = body['checks'] as readonly { check: string; verdict: string; findings: unknown[] }[];
      expect(checks.map(({ check }) => check)).toContain('SLU-REPLAY');
      expect(checks.every(({ verdict, findings }) => verdict === 'PASS' && findings.length === 0)).toBe(true);
      expect(body['entries']).toBe((body['head'] as { seq: number }).seq);
    }
    expect(await under.refusal('GET', `/v1/rollouts/${id}/audit`, { as: 'service' })).toBe('403 FORBIDDEN');
    expect(await under.refusal('GET', '/v1/rollouts/nobody/audit')).toBe('404 NOT_FOUND');
  });

  test('names what breaks a law, and the entry that does', async () => {
    await using under = new ServerUnderTest();
    const { id } = await under.started();
    const { ledger } = under.application.kept;
    const entries = ledger.entries.bind(ledger);
    ledger.entries = async (...of) =>
      (await entries(...of)).map((entry) => (entry.seq === 2 ? { ...entry, comment: 'x' } : entry));
    const { body } = await under.get(`/v1/rollouts/${id}/audit`);
    expect(body['verdict']).toBe('FAIL');
    const [chain] = body['checks'] as readonly unknown[];
    const finding = { seq: 2, rollout: null, message: 'has content that does not match its hash' };
    expect(chain).toMatchObject({ check: 'SLU-CHAIN', verdict: 'FAIL', found: 1, findings: [finding] });
  });
});

describe("an auditor's verdict", () => {
  test('is recorded once, and shown with the status', async () => {
    await using under = new ServerUnderTest();
    const path = await external(under);
    const body = { verdict: 'PASS', findings: ['the plan was kept'], comment: 'read it' };
    const said = await under.post(`${path}/audit`, { as: 'auditor', body });
    expect(said.status, said.text).toBe(200);
    const recorded = {
      by: { kind: 'person', subject: 'aurel' },
      subject: 'visit',
      verdict: 'PASS',
      comment: 'read it',
    };
    expect(said.body).toMatchObject({
      audit: 'external',
      verdict: 'PASS',
      verdicts: [{ ...recorded, findings: body.findings }],
    });
    const { body: status } = await under.get(`${path}/status`);
    expect(status['audits']).toMatchObject([{ subject: 'visit', verdict: 'PASS', by: 'aurel' }]);
    for (const verdict of ['PASS', 'FAIL', 'INCONCLUSIVE']) {
      expect(await under.refusal('POST', `${path}/audit`, { as: 'auditor', body: { verdict } })).toBe(
        '409 VERDICT_STANDS',
      );
    }
    expect((await under.get(`${path}/audit`)).body['verdicts']).toHaveLength(1);
  });

  test('is no PASS while the ramp has not brought the rollout to its first stage', async () => {
    await using under = new ServerUnderTest();
    const path = await external(under, 5);
    const say = (verdict: string) => under.refusal('POST', `${path}/audit`, { as: 'auditor', body: { verdict } });
    expect(await say('PASS')).toBe('409 ILLEGAL_STATE');
    expect(await say('INCONCLUSIVE')).toBe('409 ILLEGAL_STATE');
    expect(await say('FAIL')).toBe('200 undefined');
  });

  test('on the rollout stands beside that on the visit, and is said once too', async () => {
    await using under = new ServerUnderTest();
    const path = await external(under);
    const say = (body: object) => under.refusal('POST', `${path}/audit`, { as: 'auditor', body });
    expect(await say({ verdict: 'PASS', subject: 'rollout' })).toBe('409 ILLEGAL_STATE');
    expect(await say({ verdict: 'FAIL', subject: 'rollout' })).toBe('200 undefined');
    expect(await say({ verdict: 'PASS', subject: 'rollout' })).toBe('409 VERDICT_STANDS');
    expect(await say({ verdict: 'PASS', subject: 'visit' })).toBe('200 undefined');
  });

  test('is asked for by the contract alone, of somebody else than the proposer, while the rollout is live', async () => {
    await using under = new ServerUnderTest();
    const { id } = await under.started('search-v2');
    const body = { verdict: 'PASS' };
    expect(await under.refusal('POST', `/v1/rollouts/${id}/audit`, { as: 'auditor', body })).toBe(
      '409 AUDIT_NOT_EXTERNAL',
    );
    const path = await external(under);
    expect(await under.refusal('POST', `${path}/audit`, { as: 'admin', body })).toBe('403 FOUR_EYES');
    for (const as of ['viewer', 'operator', 'approver', 'service'] as const) {
      expect(await under.refusal('POST', `${path}/audit`, { as, body })).toBe('403 FORBIDDEN');
    }
    await under.post(`${path}/rollback`, { as: 'operator' });
    const ended = await under.post(`${path}/audit`, { as: 'auditor', body });
    expect(ended.body).toMatchObject({ status: 409, code: 'ILLEGAL_STATE', wedgeState: 'ROLLED_BACK' });
    expect(await under.refusal('POST', '/v1/rollouts/nobody/audit', { as: 'auditor', body })).toBe('404 NOT_FOUND');
  });

  test('has a form, and what has another changes nothing', async () => {
    await using under = new ServerUnderTest();
    const path = await external(under);
    const unfit = [
      {},
      { verdict: 'pass' },
      { verdict: 'PASS', subject: 'stage' },
      { verdict: 'PASS', findings: 'none' },
      { verdict: 'PASS', findings: [''] },
      { verdict: 'PASS', findings: Array.from({ length: 101 }, () => 'x') },
      { verdict: 'PASS', comment: '' },
      { verdict: 'PASS', comment: 7 },
      { verdict: 'PASS', visit: 1 },
    ];
    for (const body of unfit) {
      expect(await under.refusal('POST', `${path}/audit`, { as: 'auditor', body })).toBe('422 SCHEMA');
    }
    expect((await under.get(`${path}/audit`)).body['verdicts']).toEqual([]);
  });
});

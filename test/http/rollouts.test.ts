import { describe, expect, test } from 'vitest';
import { firstBreak } from '../../src/domain/ledger/chain.ts';
import type { Entry } from '../../src/domain/ledger/entry.ts';
import { T0, tickAt } from '../support/ledgerStory.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

const match = (version: number) => ({ 'if-match': `"${version}"` });

describe('rollouts', () => {
  test('are made of approved contracts only, once', async () => {
    await using under = new ServerUnderTest();
    await under.feature();
    const { id } = await under.contract();
    const create = () => under.refusal('POST', '/v1/rollouts', { as: 'operator', body: { contractId: id } });
    expect(await create()).toBe('409 CONTRACT_NOT_APPROVED');
    expect(await under.refusal('POST', '/v1/rollouts', { body: { contractId: 'nobody' } })).toBe('404 NOT_FOUND');
    const { id: approved } = await under.approved();
    const made = await under.post('/v1/rollouts', {
      body: { contractId: approved, startAt: '2026-11-20T15:00:00+02:00' },
    });
    expect(made.headers['location']).toBe(`/v1/rollouts/${made.body['id']}`);
    expect(made.body).toMatchObject({ wedgeState: 'PENDING', startAt: '2026-11-20T13:00:00.000Z', percentage: 0 });
    expect(await under.refusal('POST', '/v1/rollouts', { body: { contractId: approved } })).toBe('409 CONTRACT_USED');
  });

  test('open only for who says which version they saw', async () => {
    await using under = new ServerUnderTest();
    const { id, version } = await under.rollout();
    const path = `/v1/rollouts/${id}/start`;
    expect(await under.refusal('POST', path)).toBe('428 VERSION_REQUIRED');
    expect(await under.refusal('POST', path, { headers: match(version + 1) })).toBe('412 VERSION_STALE');
    const started = await under.post(path, { as: 'operator', headers: match(version), body: { reason: 'go' } });
    expect(started.status).toBe(200);
    expect(started.body).toMatchObject({ rolloutId: id, wedgeState: 'ACTIVE', phase: 'ramp', percentage: 5 });
    expect(started.headers['etag']).toBe(`"${started.body['version']}"`);
    expect((await under.get(`/v1/rollouts/${id}/status`, { as: 'viewer' })).body).toEqual(started.body);
  });

  test('close without a version, whatever If-Match says', async () => {
    await using under = new ServerUnderTest();
    const { id } = await under.started();
    const headers = match(999);
    const paused = await under.post(`/v1/rollouts/${id}/pause`, { headers, body: { reason: 'look' } });
    expect(paused.body).toMatchObject({ wedgeState: 'PAUSED', percentage: 5 });
    expect((await under.post(`/v1/rollouts/${id}/pause`)).body).toMatchObject({ wedgeState: 'PAUSED' });
    expect(await under.refusal('POST', `/v1/rollouts/${id}/resume`)).toBe('428 VERSION_REQUIRED');
    const rolledBack = await under.post(`/v1/rollouts/${id}/rollback`, {
      headers,
      body: { to: 'zero', mode: 'immediate' },
    });
    expect(rolledBack.body).toMatchObject({ wedgeState: 'ROLLED_BACK', percentage: 0 });
    expect((await under.post(`/v1/rollouts/${id}/rollback`)).status).toBe(200);
  });

  test('go back step by step where an operator asks for it, and say where they are on the way', async () => {
    await using under = new ServerUnderTest();
    const { id } = await under.started();
    const begun = await under.post(`/v1/rollouts/${id}/rollback`, { body: { mode: 'progressive' } });
    expect(begun).toMatchObject({ status: 200 });
    expect(begun.body).toMatchObject({
      wedgeState: 'ACTIVE',
      percentage: 2.5,
      decision: { kind: 'hold', reason: 'rollingBack' },
      rollingBack: { toStageId: null, percentageFrom: 5, percentage: 2.5, percentageTo: 0 },
      health: null,
    });
    const again = await under.post(`/v1/rollouts/${id}/rollback`, { body: { mode: 'progressive' } });
    expect(again.body).toMatchObject({ percentage: 2.5, rollingBack: { percentage: 2.5 } });
    const hurried = await under.post(`/v1/rollouts/${id}/rollback`, { body: { mode: 'immediate' } });
    expect(hurried.body).toMatchObject({ wedgeState: 'ROLLED_BACK', percentage: 0, rollingBack: null });
    expect(hurried.body).toMatchObject({ health: { state: 'verifying' } });
  });

  test('have nothing to take back step by step before they have begun', async () => {
    await using under = new ServerUnderTest();
    const { id } = await under.rollout();
    const refused = await under.post(`/v1/rollouts/${id}/rollback`, { body: { mode: 'progressive' } });
    expect(refused).toMatchObject({ status: 409 });
    expect(refused.body).toMatchObject({ code: 'ILLEGAL_STATE', wedgeState: 'PENDING' });
    expect((await under.get(`/v1/rollouts/${id}`)).body).toMatchObject({ wedgeState: 'PENDING' });
    const nonsense = await under.post(`/v1/rollouts/${id}/rollback`, { body: { mode: 'slowly', to: 'half' } });
    expect(nonsense).toMatchObject({ status: 422 });
    expect(nonsense.body).toMatchObject({ violations: [{ path: '$.to' }, { path: '$.mode' }] });
  });

  test('tell what the state is and what it allows where it allows something else', async () => {
    await using under = new ServerUnderTest();
    const { id, version } = await under.rollout();
    const refused = await under.post(`/v1/rollouts/${id}/pause`);
    expect(refused.body).toMatchObject({ status: 409, code: 'ILLEGAL_STATE', wedgeState: 'PENDING' });
    expect(refused.body['allowed']).toEqual(expect.arrayContaining(['start', 'rollback']));
    const advance = (seen: number) => under.refusal('POST', `/v1/rollouts/${id}/advance`, { headers: match(seen) });
    expect(await advance(version)).toBe('409 ILLEGAL_STATE');
    // What was seen is not what is: that comes first.
    expect(await advance(version + 1)).toBe('412 VERSION_STALE');
  });

  test('that are held say why', async () => {
    await using under = new ServerUnderTest();
    const { id, version } = await under.started();
    const held = await under.post(`/v1/rollouts/${id}/advance`, { headers: match(version), body: { reason: 'now' } });
    expect(held.body).toMatchObject({ status: 409, code: 'HELD', reason: expect.any(String) });
    expect(held.body).toHaveProperty('unblocksAt');
  });

  test('take approvals of stages from an approver who did not propose', async () => {
    await using under = new ServerUnderTest();
    const { id, version } = await under.started();
    const body = { stageId: 'half', decision: 'approve' };
    const approve = (as: 'approver' | 'operator', more: object = {}) =>
      under.post(`/v1/rollouts/${id}/approvals`, { as, body: { ...body, ...more }, headers: match(version) });
    expect((await approve('operator')).body).toMatchObject({ code: 'FORBIDDEN' });
    expect((await approve('approver', { stageId: 'nowhere' })).body).toMatchObject({
      status: 422,
      code: 'STAGE_UNKNOWN',
    });
    expect((await approve('approver')).body['approvals']).toMatchObject([{ stageId: 'half', subject: 'peter' }]);
    expect((await approve('approver')).body).toMatchObject({ code: 'VERSION_STALE' });
  });

  test('show their ledger as a chain that anybody can check, and their decisions', async () => {
    await using under = new ServerUnderTest();
    const { id } = await under.started();
    const ledger = (await under.get(`/v1/rollouts/${id}/ledger`, { as: 'viewer' })).body['items'] as Entry[];
    expect(ledger.map(({ type }) => type)).toEqual(['created', 'preflight', 'started']);
    const before = await under.application.kept.ledger.entries('checkout-v2', { afterSeq: 0, limit: 100 });
    const ofContract = before.filter(({ rollout }) => rollout === null);
    expect(firstBreak([...ofContract, ...ledger])).toBeNull();
    const decisions = (await under.get(`/v1/rollouts/${id}/decisions`)).body['items'];
    expect(decisions).toEqual(ledger.filter(({ evidence }) => evidence !== null));
    expect(decisions).toMatchObject([{ type: 'started', evidence: { poll: null } }]);
  });

  test('show what was measured, by time and by indicator', async () => {
    await using under = new ServerUnderTest();
    const { id } = await under.started();
    const { kept, clock } = under.application;
    clock.set(T0 + 100_000);
    const [claim] = await kept.rollouts.claimDue({ nowMs: T0 + 100_000, limit: 1, leaseMs: 1000 });
    if (claim === undefined) throw new Error('the rollout is not due');
    await kept.rollouts.storeTick(claim, tickAt(T0 + 15_000), T0 + 30_000);
    const path = `/v1/rollouts/${id}/measurements`;
    const seen = await under.get(path, { as: 'viewer' });
    expect(seen.body['items']).toMatchObject([
      { at: '2026-11-20T12:00:15.000Z', decision: { row: expect.any(Number) } },
    ]);
    expect((await under.get(`${path}?from=2026-11-20T12:00:16Z`)).body['items']).toEqual([]);
    expect((await under.get(`${path}?to=2026-11-20T12:00:14Z`)).body['items']).toEqual([]);
    expect((await under.get(`${path}?sli=nothing`)).body['items']).toMatchObject([{ slis: [] }]);
    expect(await under.refusal('GET', `${path}?from=yesterday`)).toBe('422 SCHEMA');
  });

  test('look before they open', async () => {
    await using under = new ServerUnderTest();
    const { id } = await under.rollout();
    expect(await under.refusal('GET', `/v1/rollouts/${id}/preflight`)).toBe('404 NOT_FOUND');
    const report = await under.post(`/v1/rollouts/${id}/preflight`, { as: 'operator' });
    expect(report.body).toMatchObject({ passed: true, at: '2026-11-20T12:00:00.000Z' });
    expect((await under.get(`/v1/rollouts/${id}/preflight`, { as: 'viewer' })).body).toEqual(report.body);
  });
});

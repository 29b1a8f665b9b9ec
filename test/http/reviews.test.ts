import { describe, expect, test } from 'vitest';
import { draft } from '../../src/domain/rollout/draft.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

const CRITERION = 'trigger/1';

/** A running rollout of which somebody is alerted. */
async function alerted(under: ServerUnderTest): Promise<string> {
  const { id } = await under.started();
  const { kept, clock } = under.application;
  const record = await kept.rollouts.get(id);
  if (record === null) throw new Error('no rollout');
  const { state } = record;
  const saying = {
    ...{ atMs: clock.nowMs(), actor: { kind: 'sluice' as const, subject: 'sluice' }, reason: 'criterion' as const },
    ...{ comment: null, evidence: null },
  };
  const data = { criterion: CRITERION, sli: 'error_rate', detail: 'error_rate is 0.05' };
  const outcome = await kept.ledger.append({
    ...{ chain: state.feature, drafts: [draft(state, saying, { type: 'alerted', data })], expected: {} },
    ...{ ticked: null, notices: [], recordedAtMs: clock.nowMs() },
  });
  expect(outcome.kind).toBe('appended');
  return id;
}

describe('reviews', () => {
  test('are asked for by the status until an operator gives one, who answers with the status', async () => {
    await using under = new ServerUnderTest();
    const id = await alerted(under);
    const before = await under.get(`/v1/rollouts/${id}/status`, { as: 'viewer' });
    expect(before.body['alerts']).toMatchObject([{ criterion: CRITERION, sli: 'error_rate', review: null }]);
    const body = { criterion: CRITERION, comment: 'a bot, blocked' };
    const given = await under.post(`/v1/rollouts/${id}/reviews`, { as: 'operator', body });
    expect(given.status).toBe(200);
    expect(given.body['alerts']).toMatchObject([{ review: { by: 'olga', comment: 'a bot, blocked' } }]);
    expect(given.body['version']).toBe(before.body['version']);
    expect((await under.post(`/v1/rollouts/${id}/reviews`, { as: 'operator', body })).body).toEqual(given.body);
    const entries = (await under.get(`/v1/rollouts/${id}/ledger`)).body['items'] as { type: string }[];
    expect(entries.filter(({ type }) => type === 'reviewed')).toHaveLength(1);
  });

  test('of what nobody was alerted of are refused, and so are those without words', async () => {
    await using under = new ServerUnderTest();
    const id = await alerted(under);
    const path = `/v1/rollouts/${id}/reviews`;
    const refusal = (body: unknown, as: 'operator' | 'viewer' = 'operator') =>
      under.refusal('POST', path, { as, body });
    expect(await refusal({ criterion: 'trigger/0', comment: 'x' })).toBe('409 REVIEW_NOT_ASKED');
    expect(await refusal({ criterion: CRITERION, comment: '  ' })).toBe('422 SCHEMA');
    expect(await refusal({ criterion: CRITERION })).toBe('422 SCHEMA');
    expect(await refusal({ criterion: CRITERION, comment: 'x', at: 'noon' })).toBe('422 SCHEMA');
    expect(await refusal({ criterion: CRITERION, comment: 'x' }, 'viewer')).toBe('403 FORBIDDEN');
  });
});

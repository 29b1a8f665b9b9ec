import { once } from 'node:events';
import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { proposalInput } from '../support/proposals.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

const HOUR_MS = 3_600_000;
/** Polled every five minutes, so that hours of it are soon over. */
const SELDOM = { pollIntervalSeconds: 300 };
const LINES = { accept: 'application/x-ndjson' };

/** A service that fared well; six hours of it, and no A/A split unless it is asked for. */
async function tried(under: ServerUnderTest, more: object = {}) {
  const { source, clock } = under.application;
  for (const arm of ['treatment', 'control', 'all'] as const) source.observe('error_rate', arm, 0.001, 5000);
  await under.feature();
  const toMs = clock.nowMs();
  const period = { from: new Date(toMs - 6 * HOUR_MS).toISOString(), to: new Date(toMs).toISOString() };
  return { contract: proposalInput(SELDOM), ...period, repetitions: 0, ...more };
}

const linesIn = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line): Record<string, unknown> => JSON.parse(line));

describe('POST /v1/simulations', () => {
  test('answers what would have happened, and stores nothing', async () => {
    await using under = new ServerUnderTest();
    const body = await tried(under);
    const { status, body: result } = await under.post('/v1/simulations', { as: 'operator', body });
    expect({ status, ...result }).toMatchObject({
      ...{ status: 200, feature: 'checkout-v2', as: 'recorded', outcome: 'completed', rollbacks: 0, falseAlarms: null },
      decisions: expect.arrayContaining([
        expect.objectContaining({ decision: 'advanced', stageId: 'half', percentageBefore: 10, percentageAfter: 50 }),
      ]),
      stages: [
        expect.objectContaining({ stageId: 'canary', phase: 'ramp', percentage: 5 }),
        expect.objectContaining({ stageId: 'canary', phase: 'stage', percentage: 10, hours: 1 }),
        expect.objectContaining({ stageId: 'half', percentage: 50 }),
        expect.objectContaining({ stageId: 'everyone', percentage: 100 }),
      ],
    });
    expect((await under.get('/v1/rollouts')).body['items']).toEqual([]);
    expect((await under.get('/v1/contracts')).body['items']).toEqual([]);
    expect(await under.application.kept.ledger.head('checkout-v2')).toMatchObject({ seq: 0 });
  });

  test('tells it line by line, the result last', async () => {
    await using under = new ServerUnderTest();
    const body = await tried(under);
    const { headers, text } = await under.post('/v1/simulations', { as: 'operator', body, headers: LINES });
    expect(headers['content-type']).toBe('application/x-ndjson');
    const lines = linesIn(text);
    expect(lines[0]).toMatchObject({ type: 'begun', from: body.from, pollIntervalSeconds: 300 });
    expect(lines.at(-1)).toMatchObject({ type: 'result', outcome: 'completed' });
    const decisions = lines.filter(({ type }) => type === 'decision').map(({ type: _, ...decision }) => decision);
    expect(lines.at(-1)?.['decisions']).toEqual(decisions);
    expect(decisions[0]).toMatchObject({ decision: 'started', at: body.from, percentageAfter: 5 });
  });

  test('tells how often an A/A split of the same data would have been taken back', async () => {
    await using under = new ServerUnderTest();
    const body = await tried(under, { repetitions: 5, as: 'split' });
    const { body: result } = await under.post('/v1/simulations', { as: 'operator', body });
    expect(result).toMatchObject({
      ...{ as: 'split', outcome: 'completed' },
      falseAlarms: { repetitions: 5, rolledBack: { count: 0, share: 0, low: 0 }, completed: { count: 5, share: 1 } },
    });
    expect((await under.post('/v1/simulations', { as: 'operator', body })).body).toEqual(result);
  });

  test('refuses all mistakes at once, each in its place', async () => {
    await using under = new ServerUnderTest();
    const { clock } = under.application;
    const late = new Date(clock.nowMs() + HOUR_MS).toISOString();
    const contract = proposalInput({ ...SELDOM, supersedes: 'r-1' }, { maxBlastRadius: 40 });
    const wrong = await tried(under, { from: late, to: late, source: 'nowhere', contract });
    const { status, body } = await under.post('/v1/simulations', { as: 'operator', body: wrong, headers: LINES });
    expect({ status, code: body['code'] }).toEqual({ status: 422, code: 'SIMULATION_INVALID' });
    expect(body['violations']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ rule: 'SIMULATION_PERIOD', path: '$.to', found: late }),
        expect.objectContaining({ rule: 'SIMULATION_PERIOD', path: '$.from' }),
        expect.objectContaining({
          rule: 'SIMULATION_SOURCE',
          path: '$.source',
          found: 'nowhere',
          allowed: 'one of prometheus',
        }),
        expect.objectContaining({
          rule: 'BLAST_RADIUS',
          path: '$.contract.rolloutWedge.wedgeStages[1].targetPercentage',
        }),
        expect.objectContaining({ rule: 'SUPERSEDES_LIVE', path: '$.contract.supersedes' }),
      ]),
    );
  });

  test.for([
    ['nothing', undefined, 'SCHEMA'],
    ['a list', [], 'SCHEMA'],
    ['no contract', {}, 'SCHEMA'],
    ['times that are none', { from: 'yesterday', to: 7 }, 'SCHEMA'],
    ['an unknown field', { zzz: 1 }, 'SCHEMA'],
    ['too many repetitions', { repetitions: 1001 }, 'SCHEMA'],
    ['a period of years', { from: '2001-01-01T00:00:00Z' }, 'SIMULATION_INVALID'],
    [
      'a period that ends before it begins',
      { from: '2001-01-02T00:00:00Z', to: '2001-01-01T00:00:00Z' },
      'SIMULATION_INVALID',
    ],
    ['half a plan', { contract: { feature: 'checkout-v2' } }, 'SCHEMA'],
  ] as const)('refuses %s', async ([name, sent, code]) => {
    await using under = new ServerUnderTest();
    const base = await tried(under);
    const isWhole = sent === undefined || Array.isArray(sent) || name === 'no contract';
    const { status, body } = await under.post('/v1/simulations', { body: isWhole ? sent : { ...base, ...sent } });
    expect({ status, code: body['code'] }).toEqual({ status: 422, code });
    expect(body['violations']).not.toEqual([]);
  });

  test('refuses a feature that is not there, and one that the token is not for', async () => {
    await using under = new ServerUnderTest();
    const body = await tried(under);
    const other = { ...body, contract: proposalInput({ feature: 'other' }) };
    expect(await under.refusal('POST', '/v1/simulations', { as: 'bound', body: other })).toBe('403 FORBIDDEN');
    expect(await under.refusal('POST', '/v1/simulations', { as: 'operator', body: other })).toBe('404 NOT_FOUND');
    expect(await under.refusal('POST', '/v1/simulations', { as: 'viewer', body })).toBe('403 FORBIDDEN');
  });

  test('waits where a calendar of the installation would have kept it shut', async () => {
    await using under = new ServerUnderTest();
    const body = await tried(under);
    // The clock of these tests stands on one.
    const fridays = { timeZone: 'UTC', effect: 'closed', windows: [{ days: ['friday'] }], reason: 'no promotions' };
    expect((await under.ask('PUT', '/v1/calendars/fridays', { body: fridays })).status).toBe(200);
    const { body: result } = await under.post('/v1/simulations', { as: 'operator', body });
    expect(result).toMatchObject({
      ...{ outcome: 'unfinished', endedAt: null, stages: [], requestsMet: 0 },
      decisions: [{ decision: 'held', reason: 'calendar', at: body.from, detail: 'fridays: no promotions' }],
    });
  });

  test('a source that does not tell its past is a problem, by its status or as the last line', async () => {
    await using under = new ServerUnderTest();
    const body = await tried(under, { repetitions: 1 });
    under.application.source.fail('connect ECONNREFUSED');
    expect(await under.refusal('POST', '/v1/simulations', { as: 'operator', body })).toBe('503 PAST_UNREADABLE');
    const { status, text } = await under.post('/v1/simulations', { as: 'operator', body, headers: LINES });
    expect(status).toBe(200);
    expect(linesIn(text).at(-1)).toMatchObject({ type: 'problem', problem: { code: 'PAST_UNREADABLE', status: 503 } });
  });
});

describe('simulations', () => {
  test('run a few at a time; one that nobody follows any more makes room', async () => {
    await using under = new ServerUnderTest();
    const body = await tried(under);
    const { simulations } = under.application;
    const leaving = new AbortController();
    const running = [1, 2].map(() => simulations.run(body, leaving.signal));
    for (const one of running) expect((await one.next()).value).toMatchObject({ kind: 'begun' });
    const { status, body: refused, headers } = await under.post('/v1/simulations', { as: 'operator', body });
    expect({ status, code: refused['code'], after: headers['retry-after'] }).toEqual({
      ...{ status: 429, code: 'SIMULATIONS_BUSY', after: '10' },
    });
    await running[0]?.return();
    expect((await under.post('/v1/simulations', { as: 'operator', body })).status).toBe(200);
    leaving.abort(new Error('gone'));
    const rest = async () => {
      for await (const _ of running[1] ?? []);
    };
    await expect(rest()).rejects.toThrow('gone');
    expect((await under.post('/v1/simulations', { as: 'operator', body })).status).toBe(200);
  });

  test('end with the client that followed them', async () => {
    await using under = new ServerUnderTest();
    const body = await tried(under, { repetitions: 1000 });
    const origin = await under.server.listen({ host: '127.0.0.1', port: 0 });
    const authorization = `Bearer ${under.application.token('operator')}`;
    const headers = { ...LINES, authorization, 'content-type': 'application/json' };
    const followed = await Promise.all(
      [1, 2].map(async () => {
        const answer = request(`${origin}/v1/simulations`, { method: 'POST', headers });
        answer.on('error', () => {});
        answer.end(JSON.stringify(body));
        await once(answer, 'response');
        return answer;
      }),
    );
    const short = { ...body, repetitions: 0 };
    expect(await under.refusal('POST', '/v1/simulations', { body: short })).toBe('429 SIMULATIONS_BUSY');
    followed[0]?.destroy();
    // The other one goes on meanwhile; the server ends it.
    while ((await under.post('/v1/simulations', { body: short })).status !== 200);
    followed[1]?.destroy();
  });
});

import { describe, expect, test } from 'vitest';
import { seededChance } from '../demo/simulatedRelease.ts';
import { ERROR_RATE } from '../support/proposals.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

const PATH = '/v1/slis/suggest';
const WISH = {
  ...{ sli: ERROR_RATE, kind: 'trigger', falseAlarms: { most: 1, perHours: 24 } },
  ...{ lookBackHours: 96, windowSeconds: [300, 900] },
};

/** A service whose error rate is somewhere about one in a hundred at every look. */
function noisy(under: ServerUnderTest): void {
  const chance = seededChance(1);
  under.application.source.answer('error_rate', 'all', ({ windowSeconds }, nowMs) => ({
    ...{ kind: 'observed', value: 0.02 * chance(), samples: 10 * windowSeconds },
    ...{ coveredSeconds: windowSeconds, newestSampleAtMs: nowMs, query: 'told' },
  }));
}

describe('a suggested threshold', () => {
  test('comes as a criterion, with its curve and what it rests on', async () => {
    await using under = new ServerUnderTest();
    noisy(under);
    const { status, body, text } = await under.post(PATH, { as: 'operator', body: WISH });
    expect([status, body['said']]).toEqual([200, expect.stringMatching(/^over \d+ s/)]);
    expect(body['suggestion']).toMatchObject({
      criterion: { sli: 'error_rate', compare: 'absolute', operator: '>', minSamples: expect.any(Number) },
      heldOut: { kept: true },
    });
    const candidates = body['candidates'] as readonly { curve: readonly { threshold: number }[] }[];
    expect(candidates).toHaveLength(6);
    expect(candidates[0]).toMatchObject({ windowSeconds: 300, consecutive: 1, gapHours: 0, knownHours: 96 });
    expect(body).toMatchObject({ lookEverySeconds: 15, neededHours: expect.closeTo(71.9, 1) });
    expect(text).not.toMatch(/NaN|Infinity/);
  });

  test('is null where the past can not show so rare alarms', async () => {
    await using under = new ServerUnderTest();
    noisy(under);
    const { body } = await under.post(PATH, { body: { ...WISH, lookBackHours: 24 } });
    expect(body).toMatchObject({ suggestion: null, said: expect.stringMatching(/^the past is too short/) });
    expect(body['candidates']).toMatchObject([{ fit: null }, {}, {}, {}, {}, {}]);
  });

  test('is refused with all mistakes at once', async () => {
    await using under = new ServerUnderTest();
    const body = { sli: { ...ERROR_RATE, numerator: '}' }, kind: 'alarm', falseAlarms: { most: 0 }, windowSeconds: [] };
    const refused = await under.post(PATH, { body });
    const paths = (refused.body['violations'] as { path: string }[]).map(({ path }) => path);
    expect([refused.status, refused.body['code']]).toEqual([422, 'SCHEMA']);
    expect(paths.toSorted()).toEqual([
      '$.falseAlarms.most',
      '$.falseAlarms.perHours',
      '$.kind',
      '$.sli.numerator',
      '$.windowSeconds',
    ]);
  });

  test('of a source that is not there, is away, or has nothing is refused by name', async () => {
    await using under = new ServerUnderTest();
    const elsewhere = await under.post(PATH, { body: { ...WISH, sli: { ...ERROR_RATE, source: 'nowhere' } } });
    expect(elsewhere.body).toMatchObject({
      ...{ status: 422, code: 'SCHEMA' },
      violations: [{ rule: 'SOURCE_UNKNOWN', path: '$.sli.source', found: 'nowhere' }],
    });
    const empty = await under.post(PATH, { body: WISH });
    expect(empty.body).toMatchObject({
      status: 422,
      code: 'HISTORY_UNAVAILABLE',
      detail: expect.stringMatching(/has nothing of/),
    });
    under.application.source.fail('connection refused');
    const away = await under.post(PATH, { body: WISH });
    expect(away.body).toMatchObject({
      ...{ status: 422, code: 'HISTORY_UNAVAILABLE' },
      detail: 'the past could not be asked for: connection refused',
    });
  });
});

import { describe, expect, test } from 'vitest';
import type { FeatureRecord } from '../../src/demo/shop/censusReport.ts';
import type { Entry } from '../../src/demo/sluice/answers.ts';
import { bucketOf } from '../../src/demo/story/bucket.ts';
import { type Evidence, type Outcome, outcomeOf } from '../../src/demo/story/outcome.ts';
import type { Screen } from '../../src/demo/story/screen.ts';
import { tellOutcome } from '../../src/demo/story/tellOutcome.ts';
import { userNames } from '../../src/demo/traffic/users.ts';

const SALT = 'salt';
const USERS = userNames(100);
const FAULT_AT_MS = Date.parse('2026-11-20T12:00:10.000Z');
const below = (percentage: number) => USERS.filter((user) => bucketOf(SALT, user) < percentage * 1000);
const above = (percentage: number) => USERS.filter((user) => bucketOf(SALT, user) >= percentage * 1000);

const entry = (type: string, at: string, percentageAfter: number): Entry => ({
  seq: 1,
  type,
  at,
  stage: null,
  percentageAfter,
  data: {},
});

const RECORD: FeatureRecord = {
  exposures: [
    { version: 2, stage: 'quarter', percentage: 25, on: below(25), off: above(25) },
    { version: 3, stage: null, percentage: null, on: [], off: USERS },
  ],
  met: below(25),
  hurt: below(10),
  faultAtMs: FAULT_AT_MS,
  lastMetAtMs: FAULT_AT_MS + 4300,
  failedLookups: 0,
};

const BAD: Evidence = {
  feature: 'search-v2',
  expected: 'ROLLED_BACK',
  wedgeState: 'ROLLED_BACK',
  ledger: [entry('ramped', '2026-11-20T12:00:00.000Z', 25), entry('rolledBack', '2026-11-20T12:00:14.200Z', 0)],
  record: RECORD,
  salt: SALT,
  users: USERS,
};

describe('the outcome of a release', () => {
  test('that was taken back for its fault is as it must be', () => {
    expect(outcomeOf(BAD)).toMatchObject({ isAsItMust: true, largestPercentage: 25, detectedAtMs: FAULT_AT_MS + 4200 });
  });

  test.for<[string, Partial<Evidence>]>([
    ['ended otherwise', { wedgeState: 'COMPLETE' }],
    ['was taken back without a fault', { record: { ...RECORD, faultAtMs: null } }],
    ['was met by one user too many', { record: { ...RECORD, met: [...RECORD.met, 'somebody'] } }],
    [
      'is still met by somebody',
      { record: { ...RECORD, exposures: [{ version: 9, stage: null, percentage: null, on: ['x'], off: [] }] } },
    ],
    ['had to go to everyone', { expected: 'COMPLETE', wedgeState: 'COMPLETE' }],
  ])('that %s is not', ([, otherwise]) => {
    expect(outcomeOf({ ...BAD, ...otherwise }).isAsItMust).toBe(false);
  });
});

describe('the end of a story', () => {
  function told(outcome: Outcome): string {
    const lines: string[] = [];
    const screen: Screen = {
      say: (text) => lines.push(text),
      chapter: () => undefined,
      happened: (atMs, text) => lines.push(`${atMs - FAULT_AT_MS} ${text}`),
      stands: () => undefined,
    };
    tellOutcome(outcome, screen, FAULT_AT_MS + 5000);
    return lines.join('\n');
  }

  test('says how long it took and whom it met', () => {
    const text = told(outcomeOf(BAD));
    expect(text).toContain('from fault to withdrawn exposure: 4.3 s (4.2 s to be sure, 0.1 s to withdraw)');
    expect(text).toContain(`met by ${RECORD.met.length} users; the salt says ${RECORD.met.length} lie below 25 %`);
    expect(text).toContain('agree exactly');
  });

  test('says where books and salt disagree', () => {
    const text = told(outcomeOf({ ...BAD, record: { ...RECORD, met: RECORD.met.slice(1) } }));
    expect(text).toContain('DISAGREE: at 25 %, the most there was, 1 users were never met');
    expect(text).not.toContain('agree exactly');
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FeatureRecord } from '../../src/demo/shop/censusReport.ts';
import { bucketOf } from '../../src/demo/story/bucket.ts';
import { type Claim, compareWithSalt } from '../../src/demo/story/exactness.ts';
import { userNames } from '../../src/demo/traffic/users.ts';

const USERS = userNames(60);
const PERCENTAGES = [10, 25, 50];

/** The books of a shop in which everybody came by at every exposure, and was answered as the salt says. */
function honestBooks(
  salt: string,
  percentages: readonly (number | null)[] = [null, ...PERCENTAGES, null],
): FeatureRecord {
  const isOn = (percentage: number | null) => (user: string) => bucketOf(salt, user) < (percentage ?? 0) * 1000;
  const exposures = percentages.map((percentage, version) => ({
    version,
    stage: null,
    percentage,
    on: USERS.filter(isOn(percentage)),
    off: USERS.filter((user) => !isOn(percentage)(user)),
  }));
  const met = USERS.filter((user) => exposures.some((exposure) => exposure.on.includes(user)));
  return { exposures, met, hurt: [], faultAtMs: null, lastMetAtMs: null, failedLookups: 0 };
}

const claimOf = (salt: string): Claim => ({ salt, users: USERS, largestPercentage: 50, finalPercentage: 0 });
const salts = fc.string({ minLength: 1, maxLength: 40 });

describe('users met, held against the salt', () => {
  test('honest books agree exactly', () => {
    fc.assert(
      fc.property(salts, (salt) => {
        expect(compareWithSalt(honestBooks(salt), claimOf(salt)).discrepancies).toEqual([]);
      }),
    );
  });

  test('one user answered wrongly at any exposure is found', () => {
    fc.assert(
      fc.property(salts, fc.nat(4), fc.nat(59), (salt, version, index) => {
        const user = USERS[index] ?? '';
        const books = honestBooks(salt);
        const exposures = books.exposures.map((exposure) =>
          exposure.version === version
            ? { ...exposure, on: toggled(exposure.on, user), off: toggled(exposure.off, user) }
            : exposure,
        );
        const found = compareWithSalt({ ...books, exposures }, claimOf(salt)).discrepancies;
        expect(found).toHaveLength(1);
        expect(found[0]).toContain(user);
      }),
    );
  });

  test('one user too many or too few among those met is found', () => {
    fc.assert(
      fc.property(salts, fc.nat(59), (salt, index) => {
        const books = honestBooks(salt);
        const met = toggled(books.met, USERS[index] ?? '');
        expect(compareWithSalt({ ...books, met }, claimOf(salt)).discrepancies).toHaveLength(1);
      }),
    );
  });

  test('an exposure larger than the ledger tells of is found', () => {
    const claim = { ...claimOf('s'), largestPercentage: 25 };
    const found = compareWithSalt(honestBooks('s'), claim).discrepancies;
    expect(found.at(-1)).toBe("the ledger's largest exposure is 25 %, the lookups' is 50 %");
  });

  test('after a completed rollout everybody is on', () => {
    const claim = { ...claimOf('s'), largestPercentage: 100, finalPercentage: 100 };
    const books = honestBooks('s', [null, 50, 100]);
    const last = { version: 3, stage: null, percentage: null, on: USERS, off: [] };
    expect(compareWithSalt({ ...books, exposures: [...books.exposures, last] }, claim).discrepancies).toEqual([]);
  });
});

const toggled = (users: readonly string[], user: string) =>
  users.includes(user) ? users.filter((other) => other !== user) : [...users, user];

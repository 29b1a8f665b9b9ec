import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FlagDocument } from '../../../src/domain/feature/flagDocument.ts';
import {
  type HandFields,
  handFieldsOf,
  loweredByHand,
  sameHandFields,
  UNTOUCHED,
} from '../../../src/domain/feature/handFields.ts';
import { isLowering, isStrictLowering } from '../../../src/domain/feature/lowering.ts';
import { publicationOf } from '../../../src/domain/feature/publication.ts';
import type { StoredFlag } from '../../../src/domain/feature/storedFlag.ts';
import { handFields, relatives } from './arbitraries.ts';
import { documentOf, grantOf, unreadableWith } from './documents.ts';

type Flag = Extract<StoredFlag, { kind: 'flag' }>;

const flagOf = (stored: FlagDocument, hand: Partial<HandFields> = {}): Flag => ({
  kind: 'flag',
  feature: stored.feature,
  document: stored,
  hand: { ...handFieldsOf(stored), ...hand },
});

const at = (version: number, percentage: number, given: Partial<FlagDocument> = {}) =>
  documentOf({ version, grants: [grantOf(percentage)], ...given });

/** Told as the ledger's newest where the version is higher, else as a closing. */
const judged = (next: FlagDocument, stored: StoredFlag | null, adopted?: HandFields) => {
  const isNewer = stored?.kind === 'flag' && next.version > stored.document.version;
  const publication = publicationOf(next, stored, isNewer ? 'derived' : 'closing', adopted && { adopted });
  if (publication.outcome !== 'stored') return `${publication.outcome} ${publication.version}`;
  const { document: taken, hand } = publication.flag;
  return `stored ${taken.version} at ${(taken.grants[0]?.threshold ?? 0) / 1000}, shows ${hand.rolloutPercent}`;
};

describe('what becomes of a document', () => {
  test('a first and a higher version are taken, as they are', () => {
    expect(judged(at(3, 10), null)).toBe('stored 3 at 10, shows 10');
    expect(judged(at(18, 25), flagOf(at(17, 10)))).toBe('stored 18 at 25, shows 25');
    expect(judged(at(18, 5), flagOf(at(17, 10)))).toBe('stored 18 at 5, shows 5');
  });

  test('a lowering is taken whatever its version, and gets the higher of both + 1', () => {
    expect(judged(at(17, 5), flagOf(at(17, 10)))).toBe('stored 18 at 5, shows 5');
    expect(judged(at(3, 0), flagOf(at(17, 10)))).toBe('stored 18 at 0, shows 0');
  });

  test('SLU-CLOSE: a closing that lowers nothing is stale, whatever version it counts', () => {
    const killed = flagOf(at(17, 10, { killed: true }));
    expect(publicationOf(at(19, 5), killed, 'closing')).toEqual({ outcome: 'stale', version: 17 });
    expect(publicationOf(at(19, 25), flagOf(at(17, 10)), 'closing')).toEqual({ outcome: 'stale', version: 17 });
  });

  test('the same again is unchanged, anything else of no higher version is stale', () => {
    expect(judged(at(17, 10, { revisionAt: '2027-01-01T00:00:00.000Z' }), flagOf(at(17, 10)))).toBe('unchanged 17');
    expect(judged(at(17, 25), flagOf(at(17, 10)))).toBe('stale 17');
    expect(publicationOf(at(16, 10), flagOf(at(17, 10)), 'derived')).toEqual({ outcome: 'stale', version: 17 });
  });

  test('a closing to what is exposed already is done; one that only tells of another rollout is taken', () => {
    expect(judged(at(16, 10), flagOf(at(17, 10)))).toBe('unchanged 17');
    expect(judged(at(17, 10, { killed: true }), flagOf(at(18, 10, { killed: true })))).toBe('unchanged 18');
    const live = { rolloutId: 'r', stage: 's', whenStale: 'keep', grant: 0 } as const;
    expect(judged(at(17, 10, { live }), flagOf(at(17, 10)))).toBe('stored 18 at 10, shows 10');
    expect(publicationOf(at(17, 10, { live }), flagOf(at(17, 10)), 'derived').outcome).toBe('stale');
  });

  test('an archived feature stays away, but for a higher version', () => {
    const archived: StoredFlag = { kind: 'archived', feature: 'checkout-v2', version: 17 };
    expect(judged(at(17, 0), archived)).toBe('stale 17');
    expect(judged(at(18, 0), archived)).toBe('stored 18 at 0, shows 0');
  });
});

describe('over fields changed by hand', () => {
  const lowered = flagOf(at(17, 10), { rolloutPercent: 3 });

  test('nothing but a lowering is taken until the edit was adopted as it is now', () => {
    expect(judged(at(18, 25), lowered)).toBe('edited 17');
    expect(judged(at(17, 10), lowered)).toBe('edited 17');
    expect(judged(at(18, 25), lowered, { ...lowered.hand, rolloutPercent: 4 })).toBe('edited 17');
    expect(judged(at(18, 25), lowered, lowered.hand)).toBe('stored 18 at 25, shows 25');
    expect(judged(at(17, 10), lowered, lowered.hand)).toBe('stored 17 at 10, shows 10');
    expect(judged(at(18, 25), flagOf(at(17, 10), { rolloutPercent: null }))).toBe('edited 17');
  });

  test('a lowering is taken at once, and what the hand had lowered stays as low', () => {
    expect(judged(at(18, 5), lowered)).toBe('stored 18 at 5, shows 3');
    expect(judged(at(18, 1), lowered)).toBe('stored 18 at 1, shows 1');
    expect(judged(at(18, 5), flagOf(at(17, 10), { rolloutPercent: 50 }))).toBe('stored 18 at 5, shows 50');
  });

  test('`paused` is left as found, adopted or not', () => {
    const paused = flagOf(at(17, 10), { paused: true });
    expect(publicationOf(at(18, 25), paused, 'derived', { adopted: paused.hand })).toMatchObject({
      flag: { hand: { paused: true } },
    });
    expect(publicationOf(at(18, 5), paused, 'closing')).toMatchObject({ flag: { hand: { paused: true } } });
    expect(judged(at(17, 10), paused, paused.hand)).toBe('unchanged 17');
  });
});

describe('over something unreadable', () => {
  const unreadable = (given: Partial<Extract<StoredFlag, { kind: 'unreadable' }>> = {}): StoredFlag => ({
    kind: 'unreadable',
    feature: 'checkout-v2',
    version: 17,
    newerSchema: false,
    fault: 'not a flag document',
    hand: handFieldsOf(at(17, 10)),
    ...given,
  });

  test('the same version repairs it, an older one only where it closes all', () => {
    expect(judged(at(17, 10), unreadable())).toBe('stored 17 at 10, shows 10');
    expect(judged(at(16, 10), unreadable())).toBe('stale 17');
    expect(judged(at(16, 0), unreadable())).toBe('stored 18 at 0, shows 0');
    expect(judged(at(16, 10, { killed: true }), unreadable())).toBe('stored 18 at 10, shows 10');
  });

  test('of a newer schema is no damage: only a higher version replaces it', () => {
    expect(judged(at(17, 10), unreadable({ newerSchema: true }))).toBe('stale 17');
    expect(judged(at(18, 10), unreadable({ newerSchema: true }))).toBe('stored 18 at 10, shows 10');
  });

  test('keeps what the hand has lowered', () => {
    const hand = { enabled: false, internalOnly: true, rolloutPercent: 3, paused: true };
    expect(publicationOf(at(17, 10), unreadable({ version: 0, hand }), 'closing')).toMatchObject({
      outcome: 'stored',
      flag: { hand },
    });
  });
});

describe('an edit that lookups have seen, where the store has lost it', () => {
  const seen = { version: 17, edits: { ...UNTOUCHED, rolloutPercent: 3, paused: true } };
  const stored = (next: FlagDocument, before: StoredFlag | null) => {
    const publication = publicationOf(next, before, 'derived', { seen });
    return publication.outcome === 'stored' ? publication.flag.hand : publication.outcome;
  };

  test('is written down again: beside a document that is told once more, over a newer one, over nothing at all', () => {
    expect(stored(at(17, 10), flagOf(at(17, 10)))).toMatchObject({ rolloutPercent: 3, paused: false });
    expect(stored(at(18, 25), flagOf(at(17, 10)))).toMatchObject({ rolloutPercent: 3 });
    expect(stored(at(18, 25), flagOf(at(15, 5)))).toMatchObject({ rolloutPercent: 3 });
    expect(stored(at(18, 25), null)).toMatchObject({ rolloutPercent: 3, paused: true });
    expect(stored(at(18, 25), unreadableWith())).toMatchObject({ rolloutPercent: 3, paused: true });
  });

  test('is over once the store holds a newer document, or what it lowered is as low', () => {
    expect(stored(at(18, 25), flagOf(at(18, 25)))).toBe('unchanged');
    expect(stored(at(19, 25), flagOf(at(18, 10)))).toMatchObject({ rolloutPercent: 25 });
    expect(stored(at(17, 3), flagOf(at(17, 3)))).toBe('unchanged');
  });

  test('gives way to what was adopted', () => {
    const edited = flagOf(at(17, 10), { rolloutPercent: 3 });
    const publication = publicationOf(at(18, 3), edited, 'derived', { adopted: edited.hand, seen });
    expect(publication).toMatchObject({ outcome: 'stored', flag: { hand: { rolloutPercent: 3, paused: false } } });
  });
});

describe('the law', () => {
  const told = fc
    .tuple(relatives, fc.oneof(fc.constant(null), handFields))
    .map(([[stored, next], hand]) => ({ next, stored: flagOf(stored, hand ?? {}) }));

  const why = fc.constantFrom('closing' as const, 'derived' as const);

  test('SLU-DOOR: without a higher version of the ledger nobody new is ever met; versions never go back', () => {
    fc.assert(
      fc.property(told, why, fc.option(handFields), fc.boolean(), ({ next, stored }, why, other, adopts) => {
        const adopted = adopts ? (other ?? stored.hand) : undefined;
        const publication = publicationOf(next, stored, why, adopted && { adopted });
        if (publication.outcome !== 'stored') {
          expect(publication.version).toBe(stored.document.version);
          return;
        }
        const { version } = publication.flag.document;
        expect(version).toBeGreaterThanOrEqual(Math.max(next.version, stored.document.version));
        if (why === 'derived' && next.version > stored.document.version) return;
        expect(isLowering(publication.flag.document, stored.document)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('SLU-CLOSE: a lowering is always stored, whatever its version and whatever was changed by hand', () => {
    fc.assert(
      fc.property(told, ({ next, stored }) => {
        fc.pre(isStrictLowering(next, stored.document));
        const { killed, grants, caps } = next;
        expect(publicationOf(next, stored, 'closing')).toMatchObject({
          outcome: 'stored',
          flag: { document: { killed, grants, caps } },
        });
      }),
    );
  });

  test('SLU-DOOR: what the hand has lowered is served no higher by a document that did not adopt it', () => {
    fc.assert(
      fc.property(told, ({ next, stored }) => {
        // `paused` exposes and closes nothing: it is no edit that has to be adopted.
        fc.pre(!sameHandFields({ ...stored.hand, paused: false }, handFieldsOf(stored.document)));
        const publication = publicationOf(next, stored, 'closing');
        fc.pre(publication.outcome === 'stored');
        const before = loweredByHand(stored.document, stored.hand);
        const after = loweredByHand(publication.flag.document, publication.flag.hand);
        expect(isLowering(after, before)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('told twice, a document is stored once', () => {
    fc.assert(
      fc.property(told, ({ next, stored }) => {
        const first = publicationOf(next, stored, 'closing');
        fc.pre(first.outcome === 'stored');
        expect(publicationOf(first.flag.document, first.flag, 'closing').outcome).not.toBe('stored');
        expect(publicationOf(next, first.flag, 'closing').outcome).not.toBe('stored');
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { driftOf, narrowedWorkspaces } from '../../../src/domain/feature/drift.ts';
import type { FlagDocument } from '../../../src/domain/feature/flagDocument.ts';
import type { Grants } from '../../../src/domain/feature/grants.ts';
import {
  editsOf,
  type HandFields,
  handFieldsOf,
  loweredByHand,
  UNTOUCHED,
} from '../../../src/domain/feature/handFields.ts';
import { isLowering } from '../../../src/domain/feature/lowering.ts';
import { INTERNAL } from '../../../src/domain/feature/scope.ts';
import { grant, handFields, relatives, user } from './arbitraries.ts';
import { documentOf, grantOf } from './documents.ts';
import { isOn, lookupOf } from './lookups.ts';

const HALF = documentOf({ version: 7, grants: [grantOf(50)] });
const internals = (percentage: number) => grantOf(percentage, { groups: INTERNAL.groups });

/** The ledger's document, and what the store holds over it: another document, fields typed by hand, or both. */
const verdictOn = (
  ledgers: FlagDocument,
  given: { readonly document?: Partial<FlagDocument>; readonly hand?: Partial<HandFields>; readonly base?: Grants },
) => {
  const document = { ...ledgers, ...given.document };
  return driftOf(ledgers, { document, hand: { ...handFieldsOf(document), ...given.hand } }, given.base ?? null);
};

describe('what becomes of a difference between store and ledger', () => {
  test.for<[string, Parameters<typeof verdictOn>[1], ReturnType<typeof driftOf>['adopts'], boolean]>([
    ['none', {}, null, false],
    ['a hold', { hand: { paused: true } }, null, false],
    ['a field that is gone', { hand: { enabled: null } }, null, false],
    ['an opening that the store has missed', { document: { version: 6, grants: [grantOf(20)] } }, null, false],
    ['a kill by hand', { hand: { enabled: false } }, 'killed', false],
    ['a kill by hand beside a raise', { hand: { enabled: false, rolloutPercent: 80 } }, 'killed', true],
    ['a lower percentage by hand', { hand: { rolloutPercent: 10 } }, 'capped', false],
    ['the same, down to what was there before', { hand: { rolloutPercent: 10 }, base: [grantOf(10)] }, 'closed', false],
    ['the internals alone', { hand: { internalOnly: true } }, 'capped', false],
    [
      'a lower percentage over an older document',
      { document: { version: 6 }, hand: { rolloutPercent: 1 } },
      'capped',
      false,
    ],
    ['a higher percentage by hand', { hand: { rolloutPercent: 80 } }, null, true],
    ['more than there is', { hand: { rolloutPercent: 250 } }, null, true],
    [
      'a higher one over an older document',
      { document: { version: 6, grants: [grantOf(20)] }, hand: { rolloutPercent: 80 } },
      null,
      true,
    ],
    ['a wider document', { document: { version: 8, grants: [grantOf(51)] } }, null, true],
    ['a workspace that nobody told the ledger of', { document: { version: 8, caps: { acme: 0 } } }, 'narrowed', false],
    [
      'the same beside a percentage by hand',
      { document: { version: 8, caps: { acme: 0 } }, hand: { rolloutPercent: 9 } },
      'capped',
      false,
    ],
    [
      'a workspace narrowed, another one raised',
      { document: { version: 8, caps: { acme: 0 }, raises: { globex: 60_000 } } },
      'narrowed',
      true,
    ],
    ['a lost rollback', { document: { version: 8, grants: [] }, base: [] }, 'closed', false],
    [
      'a lost rollback beside a raise by hand',
      { document: { version: 8, grants: [] }, hand: { rolloutPercent: 80 }, base: [] },
      'closed',
      true,
    ],
  ])('%s', ([, given, adopts, putsBack]) => {
    expect(verdictOn(HALF, given)).toMatchObject({ adopts, putsBack });
  });

  test('a kill lifted by hand is put back, and a lower percentage is adopted under the kill, too', () => {
    const killed = { ...HALF, killed: true };
    expect(verdictOn(killed, { hand: { enabled: true } })).toMatchObject({ adopts: null, putsBack: true });
    expect(verdictOn(killed, { hand: { enabled: true, rolloutPercent: 5 } })).toEqual({
      adopts: 'capped',
      exposure: { killed: true, grants: [grantOf(5)], caps: {}, raises: {} },
      putsBack: true,
    });
    expect(verdictOn(killed, { document: { version: 8, caps: { acme: 0 } } })).toMatchObject({ adopts: 'narrowed' });
  });

  test('a rollback beside a prerequisite that the store does not have yet', () => {
    const prerequisites = [{ feature: 'accounts-v2', variant: 'on' as const }];
    const given = { document: { grants: [], prerequisites: [] }, base: [] };
    expect(verdictOn({ ...HALF, prerequisites }, given)).toMatchObject({ adopts: 'closed', putsBack: true });
  });

  test('grants keep the places of the ledger, narrowed or gone', () => {
    const ledgers = documentOf({ version: 7, grants: [internals(80), grantOf(10)] });
    const grantsBy = (given: Parameters<typeof verdictOn>[1]) => verdictOn(ledgers, given).exposure.grants;
    expect(grantsBy({ document: { version: 8, grants: [internals(80)] } })).toEqual([internals(80), grantOf(0)]);
    expect(grantsBy({ document: { version: 8, grants: [internals(30)] } })).toEqual([internals(30), grantOf(0)]);
    expect(grantsBy({ hand: { internalOnly: true } })).toEqual([internals(80), internals(10)]);
    expect(grantsBy({ hand: { internalOnly: true, rolloutPercent: 5 } })).toEqual([internals(5), internals(5)]);
    const narrowed = { document: { version: 8, grants: [internals(80), internals(10)] } };
    expect(grantsBy(narrowed)).toEqual([internals(80), internals(10)]);
  });

  test('a raise that is gone is gone, one that is lower stays as low', () => {
    const raised = { ...HALF, raises: { acme: 70_000, globex: 60_000 } };
    const { exposure } = verdictOn(raised, { document: { version: 8, raises: { acme: 55_000 } } });
    expect(exposure.raises).toEqual({ acme: 55_000 });
  });

  test('workspaces are named that are met less, by a cap or without what raised them', () => {
    const before = documentOf({ caps: { acme: 9 }, raises: { globex: 60_000, initech: 70_000 } });
    const after = documentOf({ caps: { acme: 8, hooli: 0 }, raises: { initech: 70_000 } });
    expect(narrowedWorkspaces(after, before)).toEqual(['acme', 'hooli', 'globex']);
    expect(narrowedWorkspaces(before, before)).toEqual([]);
  });
});

describe('the law of drift', () => {
  const drifted = fc
    .tuple(relatives, fc.oneof(fc.constant(UNTOUCHED), handFields), fc.option(fc.array(grant, { maxLength: 3 })))
    .map(([[ledgers, other], hand, base]) => {
      // What is needed stands in the definition, which drops nothing of it: the store may have heard of less, never of more.
      const prerequisites = other.prerequisites.filter(({ feature }) =>
        ledgers.prerequisites.some((needed) => needed.feature === feature),
      );
      const document = { ...other, prerequisites };
      const own = handFieldsOf(document);
      const typed = { ...own, ...Object.fromEntries(Object.entries(hand).filter(([, value]) => value !== null)) };
      return { ledgers, stored: { document, hand: typed }, base };
    });
  const needed = ['accounts-v2', 'search-v3'].map((feature) =>
    documentOf({ feature, salt: feature, grants: [grantOf(50)] }),
  );

  const revived = (document: FlagDocument) => ({ ...document, killed: false });
  /** What a kill hides counts, too. */
  const isNoLower = (next: FlagDocument, before: FlagDocument) =>
    (before.killed || !next.killed) && isLowering(revived(before), revived(next));
  const typesMore = ({ document, hand }: { readonly document: FlagDocument; readonly hand: HandFields }) => {
    const own = handFieldsOf(document);
    const more = [hand.enabled && !own.enabled, own.internalOnly && !hand.internalOnly];
    return more.includes(true) || (hand.rolloutPercent ?? 0) > (own.rolloutPercent ?? 0);
  };

  /** Told once more than whatever the store holds; nothing is left of what was typed. */
  const settledOf = (ledgers: FlagDocument, stored: { readonly document: FlagDocument; readonly hand: HandFields }) => {
    const { exposure } = driftOf(ledgers, stored, null);
    return { ...ledgers, ...exposure, version: Math.max(ledgers.version, stored.document.version) + 1 };
  };

  test('SLU-CLOSE, SLU-DOOR: nobody is met who was not, by lookups or by the ledger; what was lowered stays lowered', () => {
    fc.assert(
      fc.property(drifted, fc.array(user, { minLength: 3 }), ({ ledgers, stored }, users) => {
        const { document, hand } = stored;
        // A store that has missed an opening is told of it, and what the hand has lowered holds for that one.
        const isMissed = document.version < ledgers.version;
        const served = isMissed ? loweredByHand(ledgers, editsOf(document, hand)) : loweredByHand(document, hand);
        const settled = settledOf(ledgers, stored);
        expect(isLowering(settled, ledgers)).toBe(true);
        expect(isLowering(settled, served)).toBe(true);
        expect(isLowering(revived(settled), revived(served))).toBe(true);
        const lookup = lookupOf(needed);
        for (const who of users) expect(!isOn(settled, who, lookup) || isOn(served, who, lookup)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('whatever lowers is adopted, nothing else is, and what raises is put back', () => {
    fc.assert(
      fc.property(drifted, ({ ledgers, stored, base }) => {
        const { adopts, exposure, putsBack } = driftOf(ledgers, stored, base);
        const lower = { ...ledgers, ...exposure };
        expect(adopts === null).toBe(isNoLower(lower, ledgers));
        expect(adopts === 'killed').toBe(lower.killed && !ledgers.killed);
        const isMissed = stored.document.version < ledgers.version;
        const isWider = !isMissed && !isLowering(loweredByHand(stored.document, stored.hand), ledgers);
        expect(putsBack).toBe(isWider || typesMore(stored));
      }),
      { numRuns: 2000 },
    );
  });

  test('settled, it is settled', () => {
    fc.assert(
      fc.property(drifted, ({ ledgers, stored, base }) => {
        const settled = settledOf(ledgers, stored);
        const again = driftOf(settled, { document: settled, hand: handFieldsOf(settled) }, base);
        expect(again).toMatchObject({ adopts: null, putsBack: false });
      }),
      { numRuns: 1000 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FlagView } from '../../src/control/flags/flagView.ts';
import type { FlagDocument } from '../../src/domain/feature/flagDocument.ts';
import { type HandFields, handFieldsOf, UNTOUCHED } from '../../src/domain/feature/handFields.ts';
import { isLowering } from '../../src/domain/feature/lowering.ts';
import type { StoredFlag } from '../../src/domain/feature/storedFlag.ts';
import { relatives } from '../domain/feature/arbitraries.ts';
import { documentOf, grantOf, unreadableWith } from '../domain/feature/documents.ts';
import { userCalled } from '../domain/feature/lookups.ts';

const DEADLINE_MS = 60_000;
const U1 = userCalled('u-1');
const LIVE = { rolloutId: 'r-1', stage: 'canary', whenStale: 'close', grant: 0 } as const;

/** A view, and the clock that it looks at. */
function viewAt(nowMs: number, hardKilled: readonly string[] = []) {
  const clock = { nowMs };
  const view = new FlagView({
    monotonicMs: () => clock.nowMs,
    staleAfterMs: DEADLINE_MS,
    hardKilled: (feature) => hardKilled.includes(feature),
  });
  view.confirmed(nowMs);
  return { view, clock };
}

const open = (version: number, given: Partial<FlagDocument> = {}) =>
  documentOf({ version, grants: [grantOf(100)], ...given });

const flagOf = (document: FlagDocument, hand: Partial<HandFields> = {}): StoredFlag => ({
  kind: 'flag',
  feature: document.feature,
  document,
  hand: { ...handFieldsOf(document), ...hand },
});

const answer = (view: FlagView, feature = 'checkout-v2') => {
  const evaluation = view.evaluate(feature, U1);
  return evaluation.kind === 'resolved' ? `${evaluation.variant} ${evaluation.step}` : evaluation.errorCode;
};

describe('a lookup', () => {
  test('is answered from what the store told last', () => {
    const { view } = viewAt(0);
    expect(answer(view)).toBe('FLAG_NOT_FOUND');
    expect(view.explain('checkout-v2', U1)).toBeNull();
    view.changed(flagOf(open(1)));
    expect(answer(view)).toBe('on grants');
    expect(view.explain('checkout-v2', U1)?.answer).toEqual(view.evaluate('checkout-v2', U1));
    view.changed(flagOf(documentOf({ version: 2 })));
    expect(answer(view)).toBe('off grants');
  });

  test('sees prerequisites as they are served', () => {
    const { view } = viewAt(0);
    view.changed(flagOf(open(1, { prerequisites: [{ feature: 'accounts-v2', variant: 'on' }] })));
    expect(answer(view)).toBe('off prerequisite');
    view.changed(flagOf(open(1, { feature: 'accounts-v2' })));
    expect(answer(view)).toBe('on grants');
    view.changed(flagOf(open(1, { feature: 'accounts-v2' }), { enabled: false }));
    expect(answer(view)).toBe('off prerequisite');
  });

  test('of all features answers each', () => {
    const { view } = viewAt(0);
    view.changed(flagOf(open(1)));
    view.changed(flagOf(documentOf({ feature: 'accounts-v2' })));
    const answers = view.evaluateAll(U1).map(({ feature, evaluation }) => [feature, evaluation]);
    expect(Object.fromEntries(answers)).toEqual({
      'checkout-v2': view.evaluate('checkout-v2', U1),
      'accounts-v2': view.evaluate('accounts-v2', U1),
    });
  });

  test('is off where the environment says so, whatever the store says', () => {
    const { view } = viewAt(0, ['checkout-v2']);
    view.changed(flagOf(open(1)));
    expect(answer(view)).toBe('off hardKill');
  });
});

describe('what the view takes', () => {
  test('from the store: a higher version, never an older one, nor a wider one of the same', () => {
    const { view } = viewAt(0);
    view.changed(flagOf(documentOf({ version: 5, grants: [grantOf(10)] })));
    view.changed(flagOf(open(4)));
    view.changed(flagOf(open(5)));
    view.changed(flagOf(documentOf({ version: 4 })));
    expect(view.document('checkout-v2')?.grants).toEqual([grantOf(10)]);
    view.changed(flagOf(documentOf({ version: 5, grants: [grantOf(3)] })));
    expect(view.document('checkout-v2')?.grants).toEqual([grantOf(3)]);
  });

  test('without the store: a lowering at once, whatever its version, and the store can go on from there', () => {
    const { view } = viewAt(0);
    view.changed(flagOf(open(17)));
    expect(view.apply(documentOf({ version: 3 }))).toBe(true);
    expect(answer(view)).toBe('off grants');
    expect(view.apply(open(17))).toBe(false);
    view.changed(flagOf(open(17)));
    expect(answer(view)).toBe('off grants');
    view.changed(flagOf(documentOf({ version: 18 })));
    view.changed(flagOf(open(19)));
    expect(answer(view)).toBe('on grants');
    expect(view.apply(open(20, { grants: [grantOf(50)] }))).toBe(true);
    expect(view.document('checkout-v2')?.version).toBe(20);
  });

  test('an archived feature is gone, and no late writer brings it back', () => {
    const { view } = viewAt(0);
    view.changed(flagOf(open(3)));
    view.changed({ kind: 'archived', feature: 'checkout-v2', version: 2 });
    expect(answer(view)).toBe('on grants');
    view.changed({ kind: 'archived', feature: 'checkout-v2', version: 4 });
    expect(answer(view)).toBe('FLAG_NOT_FOUND');
    expect(view.evaluateAll(U1)).toEqual([]);
    view.changed(flagOf(open(4)));
    expect(view.apply(open(4))).toBe(false);
    expect(answer(view)).toBe('FLAG_NOT_FOUND');
    view.changed(flagOf(open(5)));
    expect(answer(view)).toBe('on grants');
  });

  test('SLU-STICKY, SLU-DOOR: over any history, only a higher version ever meets anybody new', () => {
    const told = fc.tuple(relatives, fc.boolean()).map(([[, document], locally]) => ({ document, locally }));
    fc.assert(
      fc.property(fc.array(told, { minLength: 2, maxLength: 10 }), (history) => {
        const { view } = viewAt(0);
        for (const { document, locally } of history) {
          const before = view.document('checkout-v2');
          if (locally) view.apply(document);
          else view.changed(flagOf(document));
          const after = view.document('checkout-v2');
          if (before === undefined || after === undefined) continue;
          expect(after.version).toBeGreaterThanOrEqual(before.version);
          expect(after.version > before.version || isLowering(after, before)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('what was changed by hand', () => {
  test('lowers what is served, and is told apart from what was written', () => {
    const { view } = viewAt(0);
    view.changed(flagOf(open(1)));
    expect(view.edits('checkout-v2')).toEqual(UNTOUCHED);
    view.changed(flagOf(open(1), { rolloutPercent: 20, paused: true }));
    expect(view.edits('checkout-v2')).toEqual({ ...UNTOUCHED, rolloutPercent: 20, paused: true });
    expect(view.document('checkout-v2')?.grants).toEqual([grantOf(20)]);
    expect(view.edits('unknown')).toEqual(UNTOUCHED);
  });

  test('SLU-DOOR: is lifted by no old number, no store that has forgotten it and no older one, but by a newer document', () => {
    const { view } = viewAt(0);
    view.changed(flagOf(open(4), { rolloutPercent: 20, paused: true }));
    const shown = () => view.document('checkout-v2')?.grants;
    view.changed(flagOf(open(4)));
    expect(shown()).toEqual([grantOf(20)]);
    expect(view.edits('checkout-v2').paused).toBeNull();
    view.changed(flagOf(open(3)));
    expect(shown()).toEqual([grantOf(20)]);
    view.changed(unreadableWith());
    expect(shown()).toEqual([grantOf(20)]);
    expect(view.seenEdits('checkout-v2')).toEqual({ version: 4, edits: { ...UNTOUCHED, rolloutPercent: 20 } });
    view.changed(flagOf(open(5)));
    expect(shown()).toEqual([grantOf(100)]);
  });

  test('holds against what the ledger opens while the store is away, and is over when the store has that without it', () => {
    const { view } = viewAt(0);
    view.changed(flagOf(documentOf({ version: 4, grants: [grantOf(50)] }), { rolloutPercent: 20 }));
    view.recorded(open(9));
    const shown = () => view.document('checkout-v2')?.grants;
    expect(shown()).toEqual([grantOf(20)]);
    expect(view.seenEdits('checkout-v2')?.version).toBe(4);
    const again = viewAt(0).view;
    again.restore(view.kept(), 0);
    for (const each of [view, again]) {
      each.changed(flagOf(documentOf({ version: 4, grants: [grantOf(50)] })));
      expect(each.document('checkout-v2')?.grants).toEqual([grantOf(20)]);
      each.changed(flagOf(open(9)));
      expect(each.document('checkout-v2')?.grants).toEqual([grantOf(100)]);
    }
  });

  test('stays in force for a document that did not come from the store', () => {
    const { view } = viewAt(0);
    view.changed(flagOf(documentOf({ grants: [grantOf(50)] }), { rolloutPercent: 20 }));
    view.apply(open(2));
    expect(view.document('checkout-v2')?.grants).toEqual([grantOf(20)]);
  });

  test('counts over the last good document where the stored one can not be read', () => {
    const { view } = viewAt(0);
    view.changed(unreadableWith(handFieldsOf(open(1))));
    expect(answer(view)).toBe('FLAG_NOT_FOUND');
    view.changed(flagOf(open(1)));
    view.changed(unreadableWith(handFieldsOf(open(1))));
    expect(answer(view)).toBe('on grants');
    view.changed(unreadableWith({ ...handFieldsOf(open(1)), enabled: false }));
    expect(answer(view)).toBe('off killed');
  });
});

describe('a view that nothing refreshes', () => {
  test('INV-RWG-ROLLBACK: closes features with a live rollout at the deadline, no others, and opens again when refreshed', () => {
    const { view, clock } = viewAt(1000);
    view.changed(flagOf(open(1, { live: LIVE })));
    view.changed(flagOf(open(1, { feature: 'kept', live: { ...LIVE, whenStale: 'keep' } })));
    view.changed(flagOf(open(1, { feature: 'settled' })));
    const answers = () => ['checkout-v2', 'kept', 'settled'].map((feature) => answer(view, feature));
    clock.nowMs = 1000 + DEADLINE_MS - 1;
    expect(answers()).toEqual(['on grants', 'on grants', 'on grants']);
    clock.nowMs = 1000 + DEADLINE_MS;
    expect(view.freshness.isStale()).toBe(true);
    expect(view.freshness.ageMs()).toBe(DEADLINE_MS);
    expect(answers()).toEqual(['off stale', 'on grants', 'on grants']);
    view.confirmed(clock.nowMs);
    expect(answers()).toEqual(['on grants', 'on grants', 'on grants']);
    view.confirmed(1000);
    expect(view.freshness.ageMs()).toBe(0);
  });

  test('is stale from the start until somebody confirms it, and news alone confirm nothing', () => {
    const view = new FlagView({ monotonicMs: () => 0, staleAfterMs: DEADLINE_MS, hardKilled: () => false });
    view.changed(flagOf(open(1, { live: LIVE })));
    expect(answer(view)).toBe('off stale');
    expect(view.freshness.ageMs()).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('what the ledger says while the store can not be asked', () => {
  test('is served, lower or higher, under what a hand was seen to change, and is told to nobody twice', () => {
    const { view } = viewAt(0);
    view.changed(flagOf(documentOf({ version: 4, grants: [grantOf(50)] }), { rolloutPercent: 20 }));
    const told: number[] = [];
    view.watch((feature) => told.push(view.document(feature)?.version ?? 0));
    view.recorded(documentOf({ version: 4, grants: [grantOf(50)] }));
    view.recorded(open(5));
    expect(view.document('checkout-v2')).toMatchObject({ version: 5, grants: [grantOf(20)] });
    view.recorded(documentOf({ version: 6, grants: [grantOf(10)] }));
    expect(view.document('checkout-v2')?.grants).toEqual([grantOf(10)]);
    view.recorded(open(5));
    expect(view.document('checkout-v2')?.grants).toEqual([grantOf(10)]);
    expect(told).toEqual([5, 6, 6]);
  });

  test('SLU-CLOSE: lifts no closing that it has not heard of, until it is known to have heard', () => {
    const { view } = viewAt(0);
    view.changed(flagOf(open(4)));
    view.close(documentOf({ version: 5 }));
    view.recorded(open(6));
    expect(answer(view)).toBe('off grants');
    view.closingSettled('checkout-v2', 6);
    expect(answer(view)).toBe('on grants');
  });

  test('brings no archived feature back', () => {
    const { view } = viewAt(0);
    view.changed({ kind: 'archived', feature: 'checkout-v2', version: 4 });
    view.recorded(open(4));
    expect(answer(view)).toBe('FLAG_NOT_FOUND');
  });
});

describe('a view that begins with what was last known', () => {
  const lastKnown = () => {
    const { view } = viewAt(0);
    view.changed(flagOf(open(4, { live: LIVE }), { paused: true }));
    view.changed(flagOf(open(2, { feature: 'settled' }), { rolloutPercent: 20 }));
    view.changed({ kind: 'archived', feature: 'gone', version: 7 });
    return view.kept();
  };

  test('serves that, is stale from the start however young it is, and fresh once somebody confirms it', () => {
    const view = new FlagView({ monotonicMs: () => 500, staleAfterMs: DEADLINE_MS, hardKilled: () => false });
    view.restore(lastKnown(), 1000);
    expect([view.freshness.ageMs(), view.freshness.isStale()]).toEqual([1000, true]);
    expect(answer(view)).toBe('off stale');
    expect(view.document('settled')?.grants).toEqual([grantOf(20)]);
    expect(view.edits('checkout-v2').paused).toBe(true);
    view.changed(flagOf(open(7, { feature: 'gone' })));
    expect(answer(view, 'gone')).toBe('FLAG_NOT_FOUND');
    view.confirmed(500);
    expect(answer(view)).toBe('on grants');
    expect(view.kept()).toEqual(lastKnown());
  });

  test('SLU-DOOR: is not fresh by the word of a store that does not hold what is live', () => {
    const view = new FlagView({ monotonicMs: () => 500, staleAfterMs: DEADLINE_MS, hardKilled: () => false });
    view.restore(lastKnown(), 1000);
    view.confirmed(500, () => false);
    expect(answer(view)).toBe('off stale');
    view.confirmed(500, (feature) => feature === 'checkout-v2');
    expect(answer(view)).toBe('on grants');
  });

  test('SLU-DOOR: takes nothing older from a store that has gone back', () => {
    const { view } = viewAt(0);
    const closed = { document: documentOf({ version: 5 }), edits: UNTOUCHED, editsAt: 5 };
    view.restore({ flags: [closed], archived: [] }, 0);
    view.changed(flagOf(open(4)));
    expect(answer(view)).toBe('off grants');
  });
});

test('who watches is told of every change that lookups can see, when they see it, until it stops', () => {
  const { view } = viewAt(0);
  const told: string[] = [];
  const stop = view.watch((feature) => told.push(`${feature} ${view.document(feature)?.version ?? 'gone'}`));
  view.changed(flagOf(open(2)));
  view.apply(documentOf({ version: 2 }));
  view.apply(open(1));
  view.changed({ kind: 'archived', feature: 'checkout-v2', version: 3 });
  stop();
  view.changed(flagOf(open(4)));
  expect(told).toEqual(['checkout-v2 2', 'checkout-v2 2', 'checkout-v2 gone']);
});

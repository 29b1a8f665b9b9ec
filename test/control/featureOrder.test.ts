import { describe, expect, test } from 'vitest';
import { FeatureOrder } from '../../src/control/flags/featureOrder.ts';
import { FlagView } from '../../src/control/flags/flagView.ts';
import { documentOf } from '../domain/feature/documents.ts';

const viewOf = (...features: readonly string[]) => {
  const view = new FlagView({ monotonicMs: () => 0, staleAfterMs: 60_000, hardKilled: () => false });
  for (const feature of features) view.apply(documentOf({ feature }));
  return view;
};

describe('the order of features', () => {
  test('is that of their keys, whatever came first', () => {
    expect(new FeatureOrder(viewOf('b', 'a-10', 'a-2', 'a')).keys(null)).toEqual(['a', 'a-10', 'a-2', 'b']);
  });

  test('takes in what comes, and leaves out what is archived', () => {
    const view = viewOf('b');
    const order = new FeatureOrder(view);
    expect(order.keys(null)).toEqual(['b']);
    view.apply(documentOf({ feature: 'a' }));
    expect([order.keys(null), order.keys(['a', 'b'])]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    view.changed({ kind: 'archived', feature: 'b', version: 9 });
    expect([order.keys(null), order.keys(['a', 'b'])]).toEqual([['a'], ['a']]);
  });

  test('of a list has those of it that are there', () => {
    const order = new FeatureOrder(viewOf('c', 'a', 'b'));
    const listed = ['c', 'nowhere', 'a'];
    expect([order.keys(listed), order.keys(listed), order.keys([])]).toEqual([['a', 'c'], ['a', 'c'], []]);
  });

  test('is not made anew where a feature only changes', () => {
    const view = viewOf('a', 'b');
    const order = new FeatureOrder(view);
    const before = order.keys(null);
    view.apply(documentOf({ feature: 'a', version: 8, killed: true }));
    expect(order.keys(null)).toBe(before);
  });
});

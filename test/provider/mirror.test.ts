import { describe, expect, test } from 'vitest';
import { FlagDocuments } from '../../src/provider/flagDocuments.ts';
import { Freshness } from '../../src/provider/freshness.ts';
import { Mirror } from '../../src/provider/mirror.ts';
import { documentOf } from '../domain/feature/documents.ts';

function mirror() {
  const time = { ms: 0 };
  const changes: (readonly string[])[] = [];
  const unreadable: string[] = [];
  const freshness = new Freshness(() => time.ms);
  const documents = new FlagDocuments({ isHardKilled: () => false, isStale: () => freshness.isStale() });
  const held = new Mirror({
    documents,
    freshness,
    monotonicMs: () => time.ms,
    changed: (features) => void changes.push(features),
    unreadable: (feature) => void unreadable.push(feature),
  });
  const snapshot = (tag: string, version = 1, ageMs = 0) =>
    held.takeSnapshot({ staleAfterMs: 1000, documents: [documentOf({ version })], unreadable: [] }, tag, {
      ageMs,
      askedAtMs: time.ms,
    });
  return { held, snapshot, freshness, documents, time, changes, unreadable };
}

const flag = (tag: string, version: number) =>
  ({ kind: 'flag', feature: 'checkout-v2', document: documentOf({ version }), tag }) as const;
const alive = (tag: string, ageMs = 0) => ({ kind: 'alive', tag, ageMs }) as const;
const refetch = (tag: string) => ({ kind: 'refetch', tag }) as const;

describe('the mirror of what Sluice serves', () => {
  test('changes lead from state to state', () => {
    const { held, snapshot, changes } = mirror();
    snapshot('a');
    expect([held.take(flag('b', 2)), held.take(alive('b')), held.tag]).toEqual(['taken', 'upToDate', 'b']);
    expect(changes).toEqual([['checkout-v2'], ['checkout-v2']]);
  });

  test('a heartbeat that overtakes its changes is no alarm; two are', () => {
    const { held, snapshot } = mirror();
    snapshot('a');
    expect([held.take(alive('b')), held.take(flag('b', 2)), held.take(alive('b'))]).toEqual([
      'taken',
      'taken',
      'upToDate',
    ]);
    expect([held.take(alive('c')), held.take(alive('c'))]).toEqual(['taken', 'missed']);
  });

  test('a snapshot of a replica that lags behind the stream does not pass for the whole', () => {
    const { held, snapshot } = mirror();
    snapshot('a');
    expect(held.take(refetch('c'))).toBe('missed');
    snapshot('b');
    // Taken, but it does not lead from b to where the stream is.
    expect(held.take(flag('d', 2))).toBe('taken');
    expect(held.tag).toBe('b');
    expect(held.take(alive('d'))).toBe('missed');
    snapshot('d', 2);
    expect([held.take(alive('d')), held.take(flag('e', 3)), held.tag]).toEqual(['upToDate', 'taken', 'e']);
  });

  test('is as old as the last server said, and all the time since', () => {
    const { held, snapshot, freshness, time } = mirror();
    expect(freshness.isStale()).toBe(true);
    snapshot('a', 1, 400);
    expect(freshness.msLeft()).toBe(600);
    time.ms = 100;
    // A change says nothing of what the server has heard itself.
    held.take(flag('b', 2));
    expect(freshness.msLeft()).toBe(500);
    held.take(alive('b', 900));
    expect(freshness.msLeft()).toBe(500);
    // A server that is fresh, and in a state that is not the one here.
    held.take(alive('c', 0));
    expect(freshness.msLeft()).toBe(500);
    held.take(alive('b', 50));
    expect(freshness.msLeft()).toBe(950);
    held.take(alive('b', Number.POSITIVE_INFINITY));
    time.ms = 1049;
    expect(freshness.isStale()).toBe(false);
    time.ms = 1050;
    expect(freshness.isStale()).toBe(true);
  });

  test('what it can not read leaves the last good document, and is said', () => {
    const { held, snapshot, unreadable, documents } = mirror();
    snapshot('a');
    expect(held.take({ kind: 'unreadable', feature: 'checkout-v2', tag: 'b' })).toBe('taken');
    expect([held.tag, unreadable, documents.all().length]).toEqual(['b', ['checkout-v2'], 1]);
  });

  test('what was on disk is of no age that one could trust', () => {
    const { held, freshness } = mirror();
    held.restore({ staleAfterMs: 1000, documents: [documentOf()], unreadable: [] }, 'a');
    expect([held.tag, freshness.isStale()]).toEqual(['a', true]);
  });
});

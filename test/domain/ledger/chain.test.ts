import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ChainHead,
  EMPTY_CHAIN,
  firstBreak,
  GENESIS_HASH,
  headOf,
  link,
} from '../../../src/domain/ledger/chain.ts';
import { digestOf } from '../../../src/domain/ledger/digest.ts';
import type { Entry, EntryDraft } from '../../../src/domain/ledger/entry.ts';
import { createdDraft, histories } from '../rollout/history.ts';
import { contractOf, T0 } from '../rollout/situation.ts';

const OPTIONS = { chain: 'checkout-v2', environment: 'test', recordedAtMs: T0 };
const said = (more: Partial<EntryDraft> = {}): EntryDraft => ({ ...createdDraft(contractOf()), ...more }) as EntryDraft;
const linked = (head: ChainHead, more: Partial<EntryDraft> = {}, recordedAtMs = T0) =>
  link(head, said(more), { ...OPTIONS, recordedAtMs });

const atRandom = (entries: readonly Entry[], at: number): { readonly entry: Entry; readonly index: number } => {
  const index = at % entries.length;
  const entry = entries[index];
  if (entry === undefined) throw new Error('no entry');
  return { entry, index };
};

describe('an entry in its chain', () => {
  it('begins after 64 zeros, numbered without gaps', () => {
    const first = linked(EMPTY_CHAIN);
    const second = linked(headOf(first));
    expect(GENESIS_HASH).toMatch(/^0{64}$/);
    expect(first).toMatchObject({
      schema: 1,
      seq: 1,
      prevHash: GENESIS_HASH,
      chain: 'checkout-v2',
      environment: 'test',
    });
    expect(second).toMatchObject({ seq: 2, prevHash: first.hash });
  });

  it('is sealed by the SHA-256 of its canonical JSON without `hash`', () => {
    const { hash, ...unsealed } = linked(EMPTY_CHAIN);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(digestOf(unsealed)).toBe(hash);
  });

  it('never lies before the one ahead of it: a clock that went backwards shortens no window', () => {
    const first = linked(EMPTY_CHAIN);
    const back = linked(headOf(first), { atMs: T0 - 3_600_000 }, T0 - 3_600_000);
    expect(back.at).toBe(first.at);
    expect(back.recordedAt).toBe(new Date(T0 - 3_600_000).toISOString());
    expect(firstBreak([first, back])).toBeNull();
  });

  it('is late where it is recorded more than a second after it happened', () => {
    expect(linked(EMPTY_CHAIN, { atMs: T0 }, T0 + 1000).late).toBe(false);
    expect(linked(EMPTY_CHAIN, { atMs: T0 }, T0 + 1001).late).toBe(true);
    const ahead = { seq: 1, hash: 'a'.repeat(64), atMs: T0 + 60_000 };
    expect(linked(ahead, { atMs: T0 }, T0 + 60_000)).toMatchObject({
      late: true,
      at: new Date(ahead.atMs).toISOString(),
    });
  });

  it('carries the code that operators and alert rules know', () => {
    const data = { detail: 'by hand' };
    expect(linked(EMPTY_CHAIN, { type: 'paused', data } as Partial<EntryDraft>).code).toBe('RWG-002');
    expect(linked(EMPTY_CHAIN).code).toBeNull();
  });
});

describe('SLU-CHAIN', () => {
  it('SLU-CHAIN: every legal history verifies, whole, in pieces and after JSON', () => {
    fc.assert(
      fc.property(histories, fc.nat(), ({ entries }, at) => {
        expect(firstBreak(entries)).toBeNull();
        const { entry, index } = atRandom(entries, at);
        expect(firstBreak(entries.slice(index + 1), headOf(entry))).toBeNull();
        expect(firstBreak(JSON.parse(JSON.stringify(entries)))).toBeNull();
      }),
    );
  });

  it('SLU-CHAIN: a changed, missing, repeated, swapped or forged entry is found, and at its place', () => {
    const tamper = fc.constantFrom('change', 'remove', 'repeat', 'swap', 'forge');
    fc.assert(
      fc.property(histories, fc.nat(), tamper, ({ entries }, at, how) => {
        fc.pre(entries.length >= 3);
        const { entry, index } = atRandom(entries.slice(0, -1), at);
        expect(firstBreak(tampered(entries, entry, index, how))).toMatch(/^entry \d+: /);
      }),
    );
  });

  it('SLU-CHAIN: a whole member counts, down to its last character', () => {
    const entry = linked(EMPTY_CHAIN);
    expect(firstBreak([{ ...entry, late: true }])).toMatch(/entry 1: .*does not match its hash/);
    expect(firstBreak([{ ...entry, comment: 'x' }])).toMatch(/does not match its hash/);
    expect(firstBreak([Object.assign({}, entry, { more: null })])).toMatch(/does not match its hash/);
  });

  it('SLU-CHAIN: an entry of another chain does not follow, whatever its hash', () => {
    const first = linked(EMPTY_CHAIN);
    const strayed = link(headOf(first), said(), { ...OPTIONS, chain: 'search-v3' });
    expect(firstBreak([first, strayed])).toBe('entry 2: belongs to the chain search-v3');
    expect(firstBreak([first], EMPTY_CHAIN, 'search-v3')).toBe('entry 1: belongs to the chain checkout-v2');
    expect(firstBreak([first], EMPTY_CHAIN, 'checkout-v2')).toBeNull();
  });

  it('SLU-CHAIN: an entry sealed anew with an earlier time is found by its time', () => {
    const first = linked(EMPTY_CHAIN);
    const { hash: _, ...second } = linked(headOf(first));
    const early = { ...second, at: new Date(T0 - 1).toISOString() };
    expect(firstBreak([first, { ...early, hash: digestOf(early) } as Entry])).toMatch(/entry 2: lies before/);
  });
});

function tampered(entries: readonly Entry[], entry: Entry, index: number, how: string): readonly Entry[] {
  const next = entries[index + 1];
  if (next === undefined) throw new Error('no next entry');
  switch (how) {
    case 'change':
      return entries.with(index, { ...entry, comment: `${entry.comment ?? ''}!` });
    case 'remove':
      return entries.toSpliced(index, 1);
    case 'repeat':
      return entries.toSpliced(index, 0, entry);
    case 'swap':
      return entries.with(index, next).with(index + 1, entry);
    default: {
      // Sealed anew, as somebody with write access would: the next entry still names the old hash.
      const { hash: _, ...content } = { ...entry, comment: `${entry.comment ?? ''}!` };
      return entries.with(index, { ...content, hash: digestOf(content) } as Entry);
    }
  }
}

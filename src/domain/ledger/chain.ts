import { digestOf } from './digest.ts';
import { ENTRY_CODES, type Entry, type EntryDraft } from './entry.ts';

/** The `prevHash` of a chain's first entry. */
export const GENESIS_HASH = '0'.repeat(64);

/** The end of a chain, to which the next entry is linked. */
export type ChainHead = { readonly seq: number; readonly hash: string; readonly atMs: number };
export const EMPTY_CHAIN: ChainHead = { seq: 0, hash: GENESIS_HASH, atMs: 0 };

/** An entry recorded more than this after it happened is marked late. */
const LATE_AFTER_MS = 1000;

export type LinkOptions = { readonly chain: string; readonly environment: string; readonly recordedAtMs: number };

/**
 * Gives a draft its place: `at` never lies before the entry ahead of it, so a clock that went backwards shortens no window.
 * `hash` = lowercase hex SHA-256 of the RFC 8785 JSON of the entry without `hash`.
 */
export function link(head: ChainHead, draft: EntryDraft, options: LinkOptions): Entry {
  const { atMs: wantedAtMs, ...said } = draft;
  const atMs = Math.max(wantedAtMs, head.atMs);
  const unsealed = {
    schema: 1 as const,
    chain: options.chain,
    seq: head.seq + 1,
    at: new Date(atMs).toISOString(),
    recordedAt: new Date(options.recordedAtMs).toISOString(),
    late: options.recordedAtMs - wantedAtMs > LATE_AFTER_MS,
    code: ENTRY_CODES[draft.type] ?? null,
    environment: options.environment,
    ...said,
    prevHash: head.hash,
  };
  // The spread of a union loses which `data` belongs to which `type`; the draft had them paired.
  return { ...unsealed, hash: digestOf(unsealed) } as Entry;
}

export function headOf(entry: Entry): ChainHead {
  return { seq: entry.seq, hash: entry.hash, atMs: Date.parse(entry.at) };
}

/**
 * What is wrong with the first entry that does not follow from the one before it; null where the chain holds (SLU-CHAIN).
 * `named`: the chain that all of them must belong to; without it, that of the first.
 */
export function firstBreak(entries: Iterable<Entry>, from: ChainHead = EMPTY_CHAIN, named?: string): string | null {
  let head = from;
  let chain = named;
  for (const entry of entries) {
    chain ??= entry.chain;
    const fault = entry.chain === chain ? breakBetween(head, entry) : `belongs to the chain ${entry.chain}`;
    if (fault !== null) return `entry ${head.seq + 1}: ${fault}`;
    head = headOf(entry);
  }
  return null;
}

function breakBetween(head: ChainHead, entry: Entry): string | null {
  if (entry.seq !== head.seq + 1) return `has the number ${entry.seq}`;
  if (entry.prevHash !== head.hash) return 'does not name the hash of the entry before it';
  if (Date.parse(entry.at) < head.atMs) return 'lies before the entry ahead of it in time';
  const { hash, ...unsealed } = entry;
  if (digestOf(unsealed) !== hash) return 'has content that does not match its hash';
  return null;
}

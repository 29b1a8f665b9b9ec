import { sha256Hex } from '../ledger/digest.ts';

/** Sums of digests are taken modulo 2^256. */
const MODULUS = 1n << 256n;
const DIGITS = 64;
const TAG = /^(?:W\/)?"?([0-9a-f]{64})"?$/;

/**
 * What one flag document adds to the tag of a configuration: its SHA-256 as a number. `text` is that of `documentText`; no document adds 0.
 *
 * The tag of a configuration is the sum of what its documents add (additive multiset hash: Bellare and Micciancio, 1997): it
 * depends on which documents there are and on nothing else, neither their order nor the way there, so every replica finds the same
 * one, also after a restart; and one changed document costs one hash, however many there are.
 */
export function digestOfText(text: string | null): bigint {
  return text === null ? 0n : BigInt(`0x${sha256Hex(text)}`);
}

/** The sum with a part of it replaced, or without it (`after` 0). */
export function replacedIn(sum: bigint, before: bigint, after: bigint): bigint {
  return (sum - before + after + MODULUS) % MODULUS;
}

/** A sum as 64 hexadecimal digits. */
export function tagOf(sum: bigint): string {
  return sum.toString(16).padStart(DIGITS, '0');
}

/** The tag in a header, quoted as an entity tag or bare; null for whatever is none. */
export function readTag(text: string | undefined): string | null {
  return TAG.exec(text?.trim() ?? '')?.[1] ?? null;
}

import { sha256Hex } from '../../domain/ledger/digest.ts';

/** The ETag of what this text stands for: equal on every replica and after a restart, since it is made of that and nothing else. */
export function entityTagOf(text: string): string {
  return `"${sha256Hex(text)}"`;
}

/**
 * Weak comparison (RFC 9110, 8.8.3.2) with the list that `If-None-Match` is, or with `*`, which any answer matches. A comma inside
 * somebody else's tag splits it in two, of which neither can be one of ours.
 */
export function matchesAny(tag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}

import { sha256Hex } from '../../domain/ledger/digest.ts';

/** The ETag of a body: equal on every replica and after a restart, since it is made of the body and nothing else. */
export function entityTagOf(body: string): string {
  return `"${sha256Hex(body)}"`;
}

/** Weak comparison (RFC 9110, 8.8.3.2) with the list that `If-None-Match` is. */
export function matchesAny(tag: string, ifNoneMatch: string | undefined): boolean {
  return ifNoneMatch?.split(',').some((one) => one.trim().replace(/^W\//, '') === tag) ?? false;
}

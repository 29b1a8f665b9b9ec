import type { FlagDocument } from './flagDocument.ts';

/**
 * A document as JSON, the same text for equal documents: members in the order of their names. Unlike canonical JSON it never throws:
 * what a hand has put into the flag store may hold half of a surrogate pair, and closing goes by here.
 */
export function documentText(document: FlagDocument): string {
  return JSON.stringify(sorted(document));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, sorted(member)] as const);
  return Object.fromEntries(members.sort(([one], [other]) => (one < other ? -1 : 1)));
}

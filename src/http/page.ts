import { z } from 'zod';

/** Positions in a list: keys and ids, numbers or times. */
const NAMES = /^[\x21-\x7e]{1,256}$/;
/** Within 32 bits, as entries are numbered. */
export const NUMBERS = /^\d{1,9}$/;
/** Epoch milliseconds. */
export const TIMES = /^\d{1,15}$/;

/** `limit` and `cursor` of a list. A cursor is good for the list that gave it; what is in it is nobody's business. */
export function pageQuery(list: string, positions: RegExp = NAMES) {
  const position = (cursor: string) => positionIn(cursor, list, positions);
  return {
    limit: z.coerce.number().int().min(1).max(200).default(50),
    cursor: z
      .string()
      .max(400)
      .refine((cursor) => position(cursor) !== null, { message: 'must be a `nextCursor` that this list gave' })
      .transform(position)
      .optional(),
  };
}
export type PageQuery = { readonly limit: number; readonly cursor?: string | null | undefined };

export type Page<T> = { readonly items: T[]; readonly nextCursor: string | null };

/** What to ask for so that `pageOf` knows whether there is more. */
export function askFor(query: PageQuery): { readonly after: string | null; readonly limit: number } {
  return { after: query.cursor ?? null, limit: query.limit + 1 };
}

/**
 * The page of what was found (one more than the limit, where there is more). `show` answers null for what the caller may not
 * see: a page may be shorter than its limit, and only `nextCursor` says that it was the last.
 */
export function pageOf<R, T>(
  list: string,
  found: readonly R[],
  query: PageQuery,
  read: { readonly positionOf: (record: R) => string | number; readonly show: (record: R) => T | null },
): Page<T> {
  const records = found.slice(0, query.limit);
  const last = records.at(-1);
  const nextCursor = last === undefined || found.length <= query.limit ? null : cursorAt(list, read.positionOf(last));
  return { items: records.map(read.show).filter((item) => item !== null), nextCursor };
}

/** The same of a list that is in memory as a whole, sorted by its positions. */
export function slice<R>(all: readonly R[], query: PageQuery, positionOf: (record: R) => string): readonly R[] {
  const { after, limit } = askFor(query);
  const sorted = all.toSorted((one, other) => (positionOf(one) < positionOf(other) ? -1 : 1));
  return sorted.filter((record) => after === null || positionOf(record) > after).slice(0, limit);
}

function cursorAt(list: string, position: string | number): string {
  return Buffer.from(`${list}:${position}`, 'utf8').toString('base64url');
}

function positionIn(cursor: string, list: string, positions: RegExp): string | null {
  if (!/^[\w-]+$/.test(cursor)) return null;
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const position = text.slice(list.length + 1);
  return text.startsWith(`${list}:`) && positions.test(position) ? position : null;
}

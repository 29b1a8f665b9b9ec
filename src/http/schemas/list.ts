import { z } from 'zod';

/** A page of a list. */
export function listOf<S extends z.ZodType>(item: S) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().describe('asks for the next page; null on the last'),
  });
}

/** An answer that has no body. */
export const nothing = z.null().describe('Done.');

/** A time on the wire: RFC 3339 UTC. */
export const timeSchema = z.iso.datetime();

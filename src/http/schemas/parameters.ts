import { z } from 'zod';

/** What a path names. What it may look like is no concern of the wire: an odd name names nothing. */
export const featurePath = z.object({ key: z.string() });
export const idPath = z.object({ id: z.string() });

/** A switch in a query. */
export const flagQuery = z.enum(['true', 'false']).transform((text) => text === 'true');

const reason = z.string().trim().min(1).max(1000);

/** Why somebody does it; for the ledger. */
export const reasonBody = z.strictObject({ reason });
/** The same where an act needs no words: then the body may be left out too. */
export const optionalReasonBody = z
  .strictObject({ reason: reason.optional() })
  .nullish()
  .transform((body) => body?.reason ?? null);

import { z } from 'zod';
import type { Scope } from './scope.ts';

const facetSchema = z.union([z.literal('all'), z.array(z.string().min(1).max(128)).min(1).max(100).readonly()]);

/** Which contexts a grant may meet: each facet a list of allowed values, or everyone. */
export const scopeSchema = z
  .strictObject({ groups: facetSchema, regions: facetSchema, tiers: facetSchema })
  .readonly() satisfies z.ZodType<Scope>;

import { z } from 'zod';
import { REFUSALS } from '../../control/refusal.ts';
import { preflightItemSchema } from './rollout.ts';
import { violationSchema } from './violation.ts';

// `Object.keys` forgets that the keys are the codes; the table is a constant.
const CODES = Object.keys(REFUSALS) as [keyof typeof REFUSALS, ...(keyof typeof REFUSALS)[]];

/** RFC 9457 with the code of the table of refusals. */
export const problemSchema = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().describe('names the request, as the log does'),
    code: z.enum(CODES),
    violations: z.array(violationSchema).optional(),
    reason: z.string().optional().describe('why the gate is held'),
    unblocksAt: z.iso.datetime().nullish(),
    wedgeState: z.string().optional(),
    allowed: z.array(z.string()).optional().describe('what the state, or the route, allows'),
    items: z.array(preflightItemSchema).optional().describe('what a preflight found wrong'),
  })
  .meta({ id: 'Problem' });

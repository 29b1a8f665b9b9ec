import { z } from 'zod';
import { percentageSchema } from '../../domain/feature/thresholdSchema.ts';
import { timeSchema } from './list.ts';
import { reasonBody } from './parameters.ts';

const asked = {
  expiresAt: timeSchema.nullable(),
  reason: z.string().nullable(),
  requestedBy: z.string().nullable(),
};

const standing = z
  .strictObject({
    percentage: z.number(),
    raises: z.boolean().describe('above every grant: a grant to this workspace, void from any rollback or kill'),
    ...asked,
    setBy: z.string(),
    at: timeSchema,
  })
  .describe('what holds');

const waiting = z
  .strictObject({
    percentage: z.number().nullable().describe('null: to lift the cap'),
    ...asked,
    at: timeSchema,
  })
  .describe('a wish that waits for an approver who is somebody else');

export const overrideSchema = z
  .strictObject({ workspaceId: z.string(), override: standing.nullable(), waiting: waiting.nullable() })
  .meta({ id: 'Override' });

export const newOverrideBody = reasonBody.extend({
  percentage: percentageSchema,
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});

/** One workspace of one feature. */
export const overridePath = z.object({ key: z.string(), workspaceId: z.string() });

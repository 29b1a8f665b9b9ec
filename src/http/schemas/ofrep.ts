import { z } from 'zod';
import { valueSchema } from './feature.ts';

const metadata = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

export const lookupBody = z.looseObject({
  context: z
    .looseObject({
      targetingKey: z.string().optional(),
      workspaceId: z.string().optional(),
      groups: z.array(z.string()).optional(),
      region: z.string().optional(),
      tier: z.string().optional(),
    })
    .optional(),
});

export const lookupAnswer = z
  .strictObject({
    key: z.string(),
    value: valueSchema,
    reason: z.enum(['STATIC', 'TARGETING_MATCH', 'SPLIT']),
    variant: z.enum(['on', 'off']),
    metadata,
  })
  .meta({ id: 'LookupAnswer' });

/** OFREP's own error body. */
export const lookupFailure = z
  .strictObject({
    key: z.string().optional(),
    errorCode: z.enum(['PARSE_ERROR', 'TARGETING_KEY_MISSING', 'INVALID_CONTEXT', 'FLAG_NOT_FOUND', 'GENERAL']),
    errorDetails: z.string(),
  })
  .meta({ id: 'LookupFailure' });

export const bulkAnswer = z
  .strictObject({
    flags: z.array(z.union([lookupAnswer, lookupFailure])),
    eventStreams: z
      .array(z.strictObject({ type: z.literal('sse'), endpoint: z.strictObject({ requestUri: z.string() }) }))
      .optional()
      .describe('where changes are told of'),
  })
  .meta({ id: 'BulkAnswer' });

import { z } from 'zod';
import { flagDocumentSchema } from '../../domain/feature/flagDocumentSchema.ts';
import { variantsSchema } from './feature.ts';

const flag = flagDocumentSchema.unwrap().extend({ variants: variantsSchema }).meta({ id: 'FlagDocument' });

export const snapshotSchema = z
  .strictObject({
    schema: z.literal(1),
    environment: z.string(),
    staleAfterSeconds: z
      .number()
      .describe('unrefreshed for so long, features with a live rollout whose `whenStale` is `close` are off'),
    flags: z.array(flag).describe('as served, by feature'),
  })
  .meta({ id: 'Snapshot' });

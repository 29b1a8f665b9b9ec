import { z } from 'zod';
import { CLIENT } from '../../domain/confirmation/member.ts';
import { featureKeySchema } from '../../domain/feature/featureSchema.ts';
import { timeSchema } from './list.ts';

const MOST_VERSIONS = 1000;

export const acknowledgementBody = z.strictObject({
  client: z
    .string()
    .regex(CLIENT, { message: 'must be 1 to 128 of A-Z a-z 0-9 . _ : -' })
    .describe('what the provider calls itself; it is known by this beneath the subject of its token'),
  versions: z
    .record(featureKeySchema, z.int().min(0))
    .refine((versions) => Object.keys(versions).length <= MOST_VERSIONS, {
      message: `must name at most ${MOST_VERSIONS} features`,
    })
    .describe(
      'by feature, the `version` of the document that it serves; features that there are not, or that `GET /v1/snapshot` does not show to this token, are passed over',
    ),
  leaving: z.boolean().default(false).describe('it serves nobody any more, and is not waited for'),
});

export const memberStandingSchema = z
  .strictObject({
    member: z.string(),
    kind: z.enum(['replica', 'provider']).describe('a replica of Sluice, or a provider in another service'),
    since: timeSchema,
    heardAt: timeSchema,
    version: z.int().nullable().describe('of the flag document that it said it serves; null: nothing said lately'),
    wantedVersion: z.int().describe('of the document as the ledger has it now'),
    acknowledged: z
      .boolean()
      .nullable()
      .describe('whether it serves that or newer; null: it said nothing in the last ten minutes, for nothing changed'),
  })
  .meta({ id: 'MemberStanding' });

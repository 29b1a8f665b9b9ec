import { z } from 'zod';
import { featureKeySchema } from '../feature/featureSchema.ts';
import { type Sli, sliSchema } from '../health/sli.ts';
import { splitCheckSchema } from '../health/splitCheck.ts';
import { type RolloutWedge, rolloutWedgeSchema } from './wedge.ts';

const text = (longest: number) => z.string().min(1).max(longest);

/** How customers read about it. Facts only ever leave by the customer projection. */
const capabilitySchema = z
  .strictObject({
    name: text(200),
    visibleFeatures: z.array(text(200)).max(50).readonly().default([]),
    announced: z.boolean().default(false),
  })
  .readonly();

/** A change proposal as it arrives: which feature, which issues it answers, its SLIs and its plan. */
export const proposalSchema = z
  .strictObject({
    feature: featureKeySchema,
    title: text(200),
    issueIds: z.array(text(100)).min(1).max(100).readonly(),
    criticality: z.enum(['standard', 'critical']).default('standard'),
    audit: z.enum(['automatic', 'external']).default('automatic'),
    whenStale: z.enum(['close', 'keep']).default('close'),
    capability: capabilitySchema.optional(),
    pollIntervalSeconds: z.number().min(1).max(3600).optional(),
    supersedes: z.string().min(1).max(64).optional(),
    slis: z
      .array(z.union([sliSchema, z.strictObject({ use: text(64) }).readonly()]))
      .max(100)
      .readonly(),
    sampleRatio: splitCheckSchema.optional(),
    rolloutWedge: rolloutWedgeSchema,
  })
  .readonly();

/** What of a contract came from the installation's catalogue: why it is there. Its SLIs, and by stage the keys of its criteria. */
export type FromCatalogue = {
  readonly slis: readonly string[];
  readonly criteria: Readonly<Record<string, readonly string[]>>;
};
/** `catalogue`: never sent; where the proposal was expanded and took anything. */
export type Proposal = z.infer<typeof proposalSchema> & { readonly catalogue?: FromCatalogue };

/** A proposal that was judged and stored. Immutable; approved by its digest. What Sluice sets later (`wedgeState`) is no part of it. */
export type Contract = Omit<Proposal, 'slis' | 'rolloutWedge'> & {
  readonly id: string;
  readonly slis: readonly Sli[];
  readonly rolloutWedge: Omit<RolloutWedge, 'wedgeState'>;
};

/**
 * The contract that a judged proposal becomes: its defaults are filled in already, states left out.
 *
 * @throws Error where it still takes an SLI from the catalogue: that is expanded before the digest.
 */
export function contractFrom(proposal: Proposal, id: string): Contract {
  const { slis, rolloutWedge, ...rest } = proposal;
  const { wedgeState: _wedgeState, ...plan } = rolloutWedge;
  return { ...rest, id, slis: slis.map(defined), rolloutWedge: plan };
}

function defined(sli: Proposal['slis'][number]): Sli {
  if ('use' in sli) throw new Error(`\`${sli.use}\` is not expanded: a contract defines its own SLIs`);
  return sli;
}

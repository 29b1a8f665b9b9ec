import { z } from 'zod';

const arm = z.strictObject({ total: z.number(), bad: z.number() });
const poll = z.strictObject({ treatment: arm, control: arm });

const sequential = z
  .strictObject({
    kind: z.literal('sequential'),
    logEvidence: z
      .number()
      .describe('natural logarithm of the evidence that treatment is worse, of all criteria weighed together'),
    logNeeded: z.number().describe('at which it is found worse'),
    margin: z.number().describe('the relative risk that is still fine'),
    lower: z.number().nullable().describe('the relative risk is above this; null where nothing is ruled out'),
    upper: z.number().nullable().describe('and below this'),
    dispersion: z.number().describe('by which the evidence is divided, since bad events come in bursts'),
    edge: z.number().nullable().describe('of a quantile: slower than this edge of the histogram counts as bad'),
    counts: poll.describe('of this visit'),
  })
  .describe('of a sequential criterion');

const mannWhitney = z
  .strictObject({
    kind: z.literal('mannWhitney'),
    treatmentSize: z.int().describe('points of the exposed users that were compared'),
    controlSize: z.int().describe('and of the control'),
    pValue: z.number().describe('two-sided, of one look'),
    shift: z
      .number()
      .describe(
        "how far treatment lies above control, in the gauge's unit: the median of all differences (Hodges and Lehmann)",
      ),
    probabilityLarger: z.number().describe('that a value of treatment is larger than one of control (CLES)'),
    controlMedian: z.number(),
  })
  .describe('of a comparison of levels');

const outage = z
  .strictObject({ kind: z.literal('outage'), poll: poll.describe('of this poll alone') })
  .describe('of the rule for outages');

const stratum = z.strictObject({
  stageId: z.string(),
  visit: z.int(),
  threshold: z.int().describe('of 100,000 buckets, those that were treatment'),
  treatment: z.number().describe('how many were seen'),
  control: z.number(),
});

const sampleRatio = z
  .strictObject({
    kind: z.literal('sampleRatio'),
    counted: z.enum(['units', 'requests']),
    logBayesFactor: z
      .number()
      .describe('natural logarithm, against the split that was meant, the mean over the stages'),
    logNeeded: z.number().describe('at which the split is found wrong'),
    expectedShare: z.number().describe('of treatment among both cohorts'),
    strata: z.array(stratum).readonly().describe('while the split was one and the same'),
  })
  .describe('of the check of the split');

export const verdictEvidenceSchema = z.discriminatedUnion('kind', [sequential, mannWhitney, outage, sampleRatio]);

import { z } from 'zod';

const users = z.array(z.string()).readonly();

/** Who was answered what while one flag document held; users by name, each once, in order. */
const exposureRecord = z.object({
  version: z.number(),
  stage: z.string().nullable(),
  percentage: z.number().nullable(),
  on: users,
  off: users,
});
export type ExposureRecord = z.infer<typeof exposureRecord>;

/** What the shop knows of one feature by itself, whatever Sluice says. Times in epoch ms. */
const featureRecord = z.object({
  exposures: z.array(exposureRecord).readonly(),
  /** Users who were really served the new variant. */
  met: users,
  /** Of those, whom its fault gave an error. */
  hurt: users,
  faultAtMs: z.number().nullable(),
  /** The last request that was answered with the new variant. */
  lastMetAtMs: z.number().nullable(),
  failedLookups: z.number(),
});
export type FeatureRecord = z.infer<typeof featureRecord>;

/** The body of the shop's `/census`, by feature. */
export const censusReport = z.record(z.string(), featureRecord);
export type CensusReport = z.infer<typeof censusReport>;

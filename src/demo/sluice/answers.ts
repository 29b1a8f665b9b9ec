import { z } from 'zod';

/** What the demo reads of Sluice's answers; fields that it does not read may come and go. */
export const tokenAnswer = z.object({ token: z.string() });

export const featureAnswer = z.object({ key: z.string(), salt: z.string() });

export const contractAnswer = z.object({ id: z.string(), digest: z.string(), state: z.string() });

export const rolloutAnswer = z.object({ id: z.string() });

export const preflightAnswer = z.object({ passed: z.boolean() });

const sliAnswer = z.object({
  id: z.string(),
  role: z.enum(['success', 'trigger', 'guard']),
  value: z.number().nullable(),
  baseline: z.number().nullable(),
});

export const statusAnswer = z.object({
  wedgeState: z.enum(['PENDING', 'ACTIVE', 'PAUSED', 'COMPLETE', 'ROLLED_BACK', 'SUPERSEDED']),
  phase: z.string(),
  version: z.number(),
  currentStage: z.object({ stageId: z.string(), targetPercentage: z.number() }),
  stageIndex: z.number(),
  totalStages: z.number(),
  percentage: z.number(),
  decision: z.object({ kind: z.string(), reason: z.string(), detail: z.string() }).nullable(),
  slis: z.array(sliAnswer),
});
export type Status = z.infer<typeof statusAnswer>;

const entryAnswer = z.object({
  seq: z.number(),
  type: z.string(),
  at: z.iso.datetime(),
  stage: z.string().nullable(),
  percentageAfter: z.number().nullable(),
  data: z.record(z.string(), z.unknown()),
});
export type Entry = z.infer<typeof entryAnswer>;

export const ledgerAnswer = z.object({ items: z.array(entryAnswer), nextCursor: z.string().nullable() });

export const problemAnswer = z.object({
  code: z.string(),
  detail: z.string(),
  violations: z.array(z.object({ rule: z.string(), path: z.unknown(), message: z.string() })).optional(),
});

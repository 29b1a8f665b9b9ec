import { z } from 'zod';
import { proposalSchema } from '../../domain/contract/contract.ts';
import { successCriterionSchema, triggerSchema } from '../../domain/health/criterion.ts';
import { sliSchema } from '../../domain/health/sli.ts';

const criticality = proposalSchema
  .unwrap()
  .shape.criticality.unwrap()
  .nullable()
  .describe('of the contracts that it joins; null: all');

export const catalogueSliSchema = z
  .strictObject({
    sli: sliSchema,
    successCriteria: z
      .array(z.strictObject({ criticality, criterion: successCriterionSchema }))
      .describe('over it, joining every stage'),
    rollbackTrigger: z.array(z.strictObject({ criticality, criterion: triggerSchema })),
  })
  .meta({ id: 'CatalogueSli' });

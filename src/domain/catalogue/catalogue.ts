import { z } from 'zod';
import { proposalSchema } from '../contract/contract.ts';
import { type SuccessCriterion, successCriterionSchema, type Trigger, triggerSchema } from '../health/criterion.ts';
import { type Sli, sliSchema } from '../health/sli.ts';
import { performanceBudgetSchema } from './performanceBudget.ts';

/** Contracts of this criticality alone; left out, all of them. */
const criticality = proposalSchema.unwrap().shape.criticality.unwrap();
type Criticality = z.infer<typeof criticality>;

/** Written out, so that nobody puts a guardrail on every contract without meaning to. */
const always = z.literal(true);
const success = z.strictObject({ always, criticality: criticality.optional(), criterion: successCriterionSchema });
const trigger = z.strictObject({ always, criticality: criticality.optional(), criterion: triggerSchema });

/** As many as leave room for a contract's own. */
const MOST_GUARDRAILS = 20;

/** The file as it is written. */
export const catalogueSchema = z
  .strictObject({
    slis: z.array(sliSchema).max(100).readonly().default([]),
    successCriteria: z.array(success.readonly()).max(MOST_GUARDRAILS).readonly().default([]),
    rollbackTrigger: z.array(trigger.readonly()).max(MOST_GUARDRAILS).readonly().default([]),
    performanceBudget: performanceBudgetSchema.optional(),
  })
  .readonly();
export type CatalogueInput = z.infer<typeof catalogueSchema>;

/** A criterion that joins every stage of every contract, or of those of one criticality. */
export type Guardrail<C extends SuccessCriterion | Trigger> = {
  readonly criticality: Criticality | null;
  readonly criterion: C;
};

/** What contracts may take by name, and what joins them unasked; budgets are SLIs and guardrails like the others. */
export type Catalogue = {
  readonly slis: readonly Sli[];
  readonly successCriteria: readonly Guardrail<SuccessCriterion>[];
  readonly rollbackTrigger: readonly Guardrail<Trigger>[];
};

export const EMPTY_CATALOGUE: Catalogue = { slis: [], successCriteria: [], rollbackTrigger: [] };

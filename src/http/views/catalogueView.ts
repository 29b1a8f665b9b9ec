import type { z } from 'zod';
import type { Catalogue } from '../../domain/catalogue/catalogue.ts';
import type { Sli } from '../../domain/health/sli.ts';
import type { catalogueSliSchema } from '../schemas/catalogue.ts';

type View = z.infer<typeof catalogueSliSchema>;

/** An SLI of the catalogue with the guardrails over it. */
export function catalogueView(sli: Sli, { successCriteria, rollbackTrigger }: Catalogue): View {
  const isOverIt = ({ criterion }: { readonly criterion: { readonly sli: string } }) => criterion.sli === sli.id;
  return { sli, successCriteria: successCriteria.filter(isOverIt), rollbackTrigger: rollbackTrigger.filter(isOverIt) };
}

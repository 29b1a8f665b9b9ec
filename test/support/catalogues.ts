import type { z } from 'zod';
import type { Catalogue, catalogueSchema } from '../../src/domain/catalogue/catalogue.ts';
import { readCatalogue } from '../../src/domain/catalogue/readCatalogue.ts';
import type { Sources } from '../../src/domain/contract/subject.ts';

export type CatalogueInput = z.input<typeof catalogueSchema>;

const SOURCES: Sources = new Map([
  ['prometheus', 'prometheus'],
  ['shop', 'scrape'],
]);

/** A house that names the success of its checkout, and lets nobody be slow on anything critical. */
export const HOUSE = {
  slis: [
    {
      ...{ id: 'checkout_success', kind: 'ratio', source: 'prometheus', direction: 'higher' },
      ...{ numerator: 'checkouts_total{result="ok"}', denominator: 'checkouts_total', cohort: {} },
    },
    {
      ...{ id: 'latency_p95', kind: 'quantile', source: 'prometheus', direction: 'lower', unit: 'seconds' },
      ...{ histogram: 'http_request_duration_seconds', quantile: 0.95, cohort: {} },
    },
  ],
  successCriteria: [],
  rollbackTrigger: [
    {
      always: true,
      criticality: 'critical',
      criterion: {
        ...{ sli: 'latency_p95', compare: 'absolute', operator: '>', threshold: 0.4, windowSeconds: 300 },
        severity: 'pause',
      },
    },
    {
      always: true,
      criterion: {
        ...{ sli: 'checkout_success', compare: 'baselineDifference', operator: '<', threshold: -0.05 },
        windowSeconds: 600,
      },
    },
  ],
} as const satisfies CatalogueInput;

/** @throws Error where it breaks a rule */
export function catalogueOf(input: unknown): Catalogue {
  const read = readCatalogue(input, SOURCES);
  if (!read.ok) throw new Error(JSON.stringify(read.violations));
  return read.catalogue;
}

/** What is wrong with it: rule and place. */
export function mistakesIn(input: unknown): readonly string[] {
  const read = readCatalogue(input, SOURCES);
  return read.ok ? [] : read.violations.map(({ rule, path }) => `${rule} ${path}`);
}

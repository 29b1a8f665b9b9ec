import type { EvaluationDetails, FlagValue } from '@openfeature/core';
import { COHORT_LABELS, type CohortLabel, cohortLabel } from './cohortLabel.ts';
import type { EvaluationHook } from './evaluationHook.ts';
import { type PromClient, registersOf } from './promClient.ts';

export type EvaluationCounterOptions<Registry> = {
  /** prom-client's default registry where it is left out. */
  readonly registry?: Registry;
  /** Features whose series begin at 0 at once. A series that begins with its first event hides that event from `increase()`. */
  readonly features?: readonly string[];
};

/** More features than a service asks for: beyond them, keys come out of somebody's input, and share one series. */
const MOST_FEATURES = 1000;
const OTHER = 'other';
const VARIANTS = ['on', 'off'] as const;

/**
 * A hook for `OpenFeature.addHooks` that counts evaluations: `flag_evaluations_total{feature,variant,cohort}`, of whatever provider. An
 * evaluation without an answer counts as variant `error`; of a flag that does not exist, as feature `other`.
 */
export function evaluationCounter<Registry>(
  promClient: PromClient<Registry>,
  options: EvaluationCounterOptions<Registry> = {},
): EvaluationHook {
  const counter = new promClient.Counter({
    name: 'flag_evaluations_total',
    help: 'Evaluations of feature flags',
    labelNames: ['feature', 'variant', 'cohort'],
    ...registersOf(options.registry),
  });
  const known = new Set(options.features);
  for (const labels of [...known].flatMap(seriesOf)) counter.inc(labels, 0);
  return {
    finally: ({ flagKey }, details) => {
      const isNone = details.errorCode === 'FLAG_NOT_FOUND';
      if (!isNone && known.size < MOST_FEATURES) known.add(flagKey);
      const feature = !isNone && known.has(flagKey) ? flagKey : OTHER;
      counter.inc({ feature, variant: variantOf(details), cohort: cohortLabel(details.flagMetadata['cohort']) });
    },
  };
}

function variantOf({ errorCode, variant }: EvaluationDetails<FlagValue>): string {
  if (errorCode !== undefined) return 'error';
  return VARIANTS.find((known) => known === variant) ?? OTHER;
}

type Series = { readonly feature: string; readonly variant: string; readonly cohort: CohortLabel };

const seriesOf = (feature: string): readonly Series[] => [
  ...VARIANTS.flatMap((variant) => COHORT_LABELS.map((cohort) => ({ feature, variant, cohort }))),
  { feature, variant: 'error', cohort: 'none' },
];

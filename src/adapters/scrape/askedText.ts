import type { CountableSli } from '../../domain/health/countQuery.ts';
import type { MeasurementQuery } from '../../domain/health/measurement.ts';
import type { PointsQuery } from '../../domain/health/pointsQuery.ts';
import type { ScrapedSli } from './reading.ts';

/** What a question asks of the scrapes, for evidence: in the words of PromQL, though no Prometheus has seen it. */
export function askedText({ windowSeconds, arms, sli: { cohort } }: MeasurementQuery, sli: ScrapedSli): string {
  const by = arms === 'cohorts' && cohort !== undefined ? ` by ${cohort.label}` : '';
  const window = windowSeconds > 0 ? `[${windowSeconds}s]` : '';
  return `${measured(sli, window)}${by}, scraped`;
}

/** The same of what is counted between two scrapes. */
export function askedCounts(sli: CountableSli): string {
  const counters = sli.kind === 'ratio' ? `${sli.numerator} of ${sli.denominator}` : sli.histogram;
  return `counters ${counters} by ${sli.cohort?.label}, scraped`;
}

/** The same of the points of a gauge. */
export const askedPoints = ({ sli, windowSeconds }: PointsQuery): string =>
  `${sli.metric}[${windowSeconds}s] by ${sli.cohort?.label}, scraped`;

function measured(sli: ScrapedSli, window: string): string {
  switch (sli.kind) {
    case 'ratio':
      return `increase(${sli.numerator}${window}) / increase(${sli.denominator}${window})`;
    case 'quantile':
      return `${sli.quantile} quantile of increase(${sli.histogram}${window})`;
    case 'count':
      return `increase(${sli.counter}${window})`;
    case 'gauge':
      return `${sli.aggregate} of ${sli.metric}${window}`;
  }
}

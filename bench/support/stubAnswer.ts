import { PART_LABEL } from '../../src/adapters/prometheus/promql.ts';

const PART = new RegExp(`"${PART_LABEL}","(\\w+)"`, 'g');
const SAMPLES = 1000;
const ERRORS = { healthy: 5, faulty: 200 } as const;
const P95_SECONDS = 0.2;

/** What Prometheus would answer to Sluice's question about a feature; of a faulty one the treatment has many errors. */
export function stubAnswer(query: string, faulty: ReadonlySet<string>, nowSeconds: number): string {
  const isFaulty = faulty.has(/feature="([^"]+)"/.exec(query)?.[1] ?? '');
  const arms = /by \((?:le,)?cohort\)/.test(query) ? ['treatment', 'control'] : [null];
  const parts = [...query.matchAll(PART)].map(([, part]) => part ?? '');
  const series = arms.flatMap((arm) => {
    const errors = isFaulty && arm === 'treatment' ? ERRORS.faulty : ERRORS.healthy;
    return parts.map((part) => sample(arm, part, nowSeconds, partValue(part, query, errors, nowSeconds)));
  });
  return `{"status":"success","data":{"resultType":"vector","result":[${series.join(',')}]}}`;
}

function partValue(part: string, query: string, errors: number, nowSeconds: number): number {
  switch (part) {
    case 'newest':
      return nowSeconds;
    case 'value':
      return query.includes('histogram_quantile') ? P95_SECONDS : errors;
    default:
      return SAMPLES;
  }
}

function sample(arm: string | null, part: string, nowSeconds: number, value: number): string {
  const cohort = arm === null ? '' : `"cohort":"${arm}",`;
  return `{"metric":{${cohort}"${PART_LABEL}":"${part}"},"value":[${nowSeconds},"${value}"]}`;
}

import { PART_LABEL } from '../../src/adapters/prometheus/promql.ts';

const PART = new RegExp(`"${PART_LABEL}","(\\w+)"`, 'g');
const SAMPLES = 1000;
const ERRORS = { healthy: 5, faulty: 200 } as const;
const P95_SECONDS = 0.2;

/** What Prometheus would answer to Sluice's question about a feature; of a faulty one the treatment has many errors. */
export function stubAnswer(query: string, faulty: ReadonlySet<string>, nowSeconds: number): string {
  const series = seriesOf(query, faulty).map(({ labels, valueAt }) => {
    return `{"metric":${labels},"value":[${nowSeconds},"${valueAt(nowSeconds)}"]}`;
  });
  return `{"status":"success","data":{"resultType":"vector","result":[${series.join(',')}]}}`;
}

/** The same at every step of a range. */
export function stubRange(form: URLSearchParams, faulty: ReadonlySet<string>): string {
  const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(form.get(name)));
  const times: number[] = [];
  for (let at = start ?? 0; at <= (end ?? 0); at += step ?? 1) times.push(at);
  const series = seriesOf(form.get('query') ?? '', faulty).map(({ labels, valueAt }) => {
    return `{"metric":${labels},"values":[${times.map((at) => `[${at},"${valueAt(at)}"]`).join(',')}]}`;
  });
  return `{"status":"success","data":{"resultType":"matrix","result":[${series.join(',')}]}}`;
}

type StubSeries = { readonly labels: string; readonly valueAt: (seconds: number) => number };

function seriesOf(query: string, faulty: ReadonlySet<string>): readonly StubSeries[] {
  const isFaulty = faulty.has(/feature="([^"]+)"/.exec(query)?.[1] ?? '');
  const arms = /by \((?:le,)?cohort\)/.test(query) ? ['treatment', 'control'] : [null];
  const parts = [...query.matchAll(PART)].map(([, part]) => part ?? '');
  return arms.flatMap((arm) => {
    const errors = isFaulty && arm === 'treatment' ? ERRORS.faulty : ERRORS.healthy;
    return parts.map((part) => ({
      labels: labelsOf(arm, part),
      valueAt: (seconds: number) => partValue(part, query, errors, seconds),
    }));
  });
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

function labelsOf(arm: string | null, part: string): string {
  const cohort = arm === null ? '' : `"cohort":"${arm}",`;
  return `{${cohort}"${PART_LABEL}":"${part}"}`;
}

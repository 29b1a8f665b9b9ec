import { PART_LABEL } from '../../src/adapters/prometheus/promql.ts';

const PART = new RegExp(`"${PART_LABEL}","(\\w+)"`, 'g');
const SAMPLES = 1000;
const ERRORS = { healthy: 5, faulty: 200 } as const;
const P95_SECONDS = 0.2;

/** What Prometheus would answer to Sluice's question about a feature; of a faulty one the treatment has many errors. */
export function stubAnswer(form: URLSearchParams, faulty: ReadonlySet<string>): string {
  const atSeconds = Number(form.get('time') ?? Date.now() / 1000);
  const series = seriesOf(form.get('query') ?? '', faulty).map(({ labels, valueAt }) => {
    return `{"metric":${labels},"value":[${atSeconds},"${valueAt(atSeconds)}"]}`;
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
  const parts = [...query.matchAll(PART)].map(([, part]) => part ?? '');
  const errorsOf = (arm: string | null) => (isFaulty && arm === 'treatment' ? ERRORS.faulty : ERRORS.healthy);
  if (parts.includes('denominator')) return rawSeries(errorsOf);
  const arms = /by \((?:le,)?cohort\)/.test(query) ? ['treatment', 'control'] : [null];
  return arms.flatMap((arm) => {
    const errors = errorsOf(arm);
    return parts.map((part) => ({
      labels: labelsOf(arm, part),
      valueAt: (seconds: number) => partValue(part, query, errors, seconds),
    }));
  });
}

/** The counters themselves, of one target that is always there: each second as many requests and errors as the windows have. */
function rawSeries(errorsOf: (arm: string) => number): readonly StubSeries[] {
  const target = '"job":"shop","instance":"one",';
  const counted = ['treatment', 'control'].flatMap((arm) => [
    {
      labels: rawLabels(`"cohort":"${arm}",${target}`, 'denominator'),
      valueAt: (at: number) => Math.floor(at) * SAMPLES,
    },
    {
      labels: rawLabels(`"cohort":"${arm}",${target}`, 'numerator'),
      valueAt: (at: number) => Math.floor(at) * errorsOf(arm),
    },
  ]);
  return [
    ...counted,
    { labels: rawLabels(target, 'up'), valueAt: () => 1 },
    { labels: rawLabels('', 'newest'), valueAt: (at) => at },
    { labels: rawLabels('', 'scrape'), valueAt: (at) => at },
  ];
}

const rawLabels = (labels: string, part: string) => `{${labels}"${PART_LABEL}":"${part}"}`;

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

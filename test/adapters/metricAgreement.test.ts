import { once } from 'node:events';
import { createServer } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { BoundedHttp } from '../../src/adapters/outboundHttp/boundedHttp.ts';
import { labelMatch } from '../../src/adapters/scrape/labelMatch.ts';
import { ScrapeSource } from '../../src/adapters/scrape/source.ts';
import type { Measurement } from '../../src/domain/health/measurement.ts';
import { type Bucket, histogramQuantile } from '../../src/domain/health/quantile.ts';
import { formatSelector } from '../../src/domain/health/selector.ts';
import { ask, ERROR_RATE, LATENCY, MOST_EXTRAPOLATION, question, within } from '../contracts/metricSource.ts';
import { openPrometheusWorlds, type PrometheusWorlds, scrapedAfter } from '../support/prometheusWorld.ts';

const QUANTILES = [0.01, 0.25, 0.5, 0.9, 0.95, 0.99];
const bound = fc.double({ min: -5, max: 50, noNaN: true });
const histogram = fc
  .tuple(
    fc.uniqueArray(bound, { minLength: 1, maxLength: 8 }),
    fc.array(fc.nat({ max: 9 }), { minLength: 9, maxLength: 9 }),
  )
  // Not always rising: Prometheus makes such counts rise, and so must we.
  .map(([bounds, counts]): readonly Bucket[] =>
    [...bounds, Number.POSITIVE_INFINITY].map((upperBound, index) => ({
      upperBound,
      count: (counts[index] ?? 0) * index,
    })),
  );

/** None with a line feed: whether `.` matches one changed from Prometheus 2 to 3. */
const LABEL_VALUES = [
  '',
  '5',
  '500',
  '503',
  '5xx',
  'GET',
  'get',
  'a b',
  'a\tb',
  'é',
  '😀',
  '/api/v1',
  'a.b',
  'a-b',
  'a+',
  'aa',
  'ab\u00a0',
  '\\d',
  '[x]',
  '{}',
];
const EXPRESSIONS = [
  '(?i)A.*',
  '[[:alpha:]]+',
  String.raw`\pL+`,
  '(a|b)+',
  '(a+)+',
  'a*b*c*',
  '',
  '.*',
  '.+',
  '.',
  '..',
  '5..',
  '5\\d+',
  '5\\D\\D',
  'GET|get',
  '(?:G|g)(ET|et)?',
  '[a-z]+',
  '[^a-z]+',
  'a[ .-]b',
  'a\\sb',
  '\\w+',
  '\\W',
  '/api/.*',
  '\\/api\\/v\\d',
  'a\\.b',
  'a\\-b',
  'a\\+',
  'a{2}',
  'a{1,2}',
  'a+?',
  '^500$',
  '\\[x\\]|\\{\\}',
  '[\\[\\]x]+',
  '\\\\d',
  '\\ba.*',
];

describe('both kinds of source', () => {
  const histograms = fc.sample(histogram, { seed: 20261120, numRuns: 200 });
  let worlds: PrometheusWorlds;
  let exposing: Awaited<ReturnType<typeof expose>>;
  beforeAll(async () => {
    exposing = await expose([...histograms.flatMap(exposition), ...LABEL_VALUES.map(spelled)].join(''));
    worlds = await openPrometheusWorlds(1, [exposing.host]);
    await scrapedAfter(worlds.client, { host: exposing.host, isUp: () => true }, 0);
  });
  afterAll(async () => {
    await worlds.stop();
    await exposing.stop();
  });

  test('find the same quantile in the same buckets', async () => {
    for (const quantile of QUANTILES) {
      const answer = await worlds.client.instant(
        `histogram_quantile(${quantile}, ${latest('drawn_bucket')})`,
        Date.now(),
      );
      if (!answer.ok) throw new Error(answer.detail);
      const theirs = new Map(answer.data.map(({ labels, value }) => [labels['drawing'], value]));
      expect(theirs.size).toBe(histograms.length);
      for (const [index, buckets] of histograms.entries()) {
        const their = theirs.get(String(index)) ?? 0;
        const ours = histogramQuantile(quantile, buckets) ?? Number.NaN;
        expect(Math.abs(ours - their) <= 1e-9 * Math.max(1, Math.abs(their)) || Object.is(ours, their)).toBe(true);
      }
    }
  });

  test('match labels by the same regular expressions', async () => {
    for (const value of EXPRESSIONS) {
      const matcher = { label: 'text', operator: '=~', value } as const;
      const answer = await worlds.client.instant(
        latest(formatSelector({ name: 'spelled', matchers: [matcher] })),
        Date.now(),
      );
      if (!answer.ok) throw new Error(`${value}: ${answer.detail}`);
      const matches = labelMatch([matcher]);
      const ours = LABEL_VALUES.filter((text) => matches(new Map(text === '' ? [] : [['text', text]])));
      expect([value, ...ours.sort()]).toEqual([value, ...answer.data.map(({ labels }) => labels['text'] ?? '').sort()]);
    }
  });

  test('measure the same of the same traffic, over a restart of the service', async () => {
    const { service, source: prometheus, shop, looked, stop } = await worlds.open();
    const clock = { nowMs: () => Date.now() };
    const http = new BoundedHttp(`http://${service.host}/metrics`);
    const scrape = new ScrapeSource({ name: 'shop', http, clock, intervalSeconds: 1 });
    onTestFinished(async () => {
      await scrape.close();
      await stop();
    });
    const both = () => Promise.all([looked(), scrape.scrape()]);
    warmUp();
    await both();
    for (const round of [1, 2, 3]) {
      serve(round);
      await both();
    }
    await expectAgreement();
    service.restart();
    await both();
    serve(4);
    await both();
    await expectAgreement();

    function warmUp(): void {
      for (const cohort of ['treatment', 'control']) {
        service.serve(cohort, { good: 50_000, bad: 50_000 });
        for (const seconds of [0.01, 0.07, 0.2, 0.3, 0.7, 2]) service.took(cohort, seconds, 1_000);
      }
    }
    function serve(round: number): void {
      service.serve('treatment', { good: 40 + round, bad: 10 * round });
      service.serve('control', { good: 90 - round, bad: round });
      for (const seconds of [0.01, 0.2, 0.3]) service.took('treatment', seconds, 5 * round);
      service.took('control', 0.07, 20);
    }
    /** Prometheus counts up to the window's edges: its increases are larger by up to an interval's worth. */
    async function expectAgreement(): Promise<void> {
      for (const about of [ERROR_RATE, LATENCY]) {
        const nowMs = Date.now();
        const theirs = await ask(prometheus, within(shop, question(about)), nowMs);
        const ours = await ask(scrape, question(about), nowMs);
        for (const arm of ['treatment', 'control'] as const) {
          const [their, our] = [observed(theirs[arm]), observed(ours[arm])];
          expect(Math.abs(our.value - their.value)).toBeLessThanOrEqual(1e-9 + 0.02 * their.value);
          expect(our.samples).toBeLessThanOrEqual(their.samples * 1.0001);
          expect(their.samples).toBeLessThanOrEqual(our.samples * MOST_EXTRAPOLATION);
        }
      }
    }
  });
});

/** A scrape that fails on a busy machine ends every series until the next one. */
function latest(series: string): string {
  return `last_over_time(${series}[60s])`;
}

function observed(measurement: Measurement | undefined) {
  if (measurement?.kind !== 'observed') throw new Error(`not observed: ${JSON.stringify(measurement)}`);
  return measurement;
}

function spelled(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  return `spelled{text="${escaped}"} 1\n`;
}

function exposition(buckets: readonly Bucket[], drawing: number): readonly string[] {
  return buckets.map(({ upperBound, count }) => {
    const le = upperBound === Number.POSITIVE_INFINITY ? '+Inf' : String(upperBound);
    return `drawn_bucket{drawing="${drawing}",le="${le}"} ${count}\n`;
  });
}

async function expose(page: string): Promise<{ readonly host: string; readonly stop: () => Promise<void> }> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4').end(page);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port was given');
  const stop = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { host: `127.0.0.1:${address.port}`, stop };
}

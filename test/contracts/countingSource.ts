import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type CountableSli,
  type Counted,
  type CountQuery,
  countKey,
  isCountable,
} from '../../src/domain/health/countQuery.ts';
import type { Sli } from '../../src/domain/health/sli.ts';
import { COMMON, ERROR_RATE, LATENCY, sli, type World, within } from './metricSource.ts';

type Open<Opened> = () => Promise<Opened>;
type Counts = readonly [total: number, bad: number];

function countable(about: Sli): CountableSli {
  if (!isCountable(about)) throw new Error(`${about.id} is not counted`);
  return about;
}
const ratio = (more: object): CountableSli =>
  countable(sli({ ...COMMON, id: 'error_rate', kind: 'ratio', numerator: 'x', denominator: 'y', ...more }));
const ERRORS = countable(ERROR_RATE);
const SLOW = countable(LATENCY);

/** What every source owes that counts, a fake one too. */
export function countingObligations(open: Open<Pick<World, 'source' | 'nowMs' | 'stop'>>): void {
  describe('what every metric source owes that is asked to count', () => {
    test('answers every question by its key, and no question with no answer', async () => {
      const { source, nowMs } = await opened(open);
      const span = { fromMs: nowMs() - 15_000, toMs: nowMs() };
      const queries: readonly CountQuery[] = [
        { sli: ERRORS, slowerThan: null, ...span },
        { sli: SLOW, slowerThan: 0.25, ...span },
        { sli: SLOW, slowerThan: 0.5, ...span },
      ];
      const answers = await source.count([...queries, ...queries]);
      expect([...answers.keys()].sort()).toEqual(queries.map(countKey).sort());
      expect(await source.count([])).toEqual(new Map());
    });

    test('rejects with the reason of an aborted signal', async () => {
      const { source, nowMs } = await opened(open);
      const reason = new Error('stopping');
      const query = { sli: ERRORS, slowerThan: null, fromMs: nowMs() - 15_000, toMs: nowMs() };
      await expect(source.count([query], AbortSignal.abort(reason))).rejects.toBe(reason);
    });
  });
}

/** What a source must count of a service: both kinds the same, to the request. */
export function metricSourceCounts(open: Open<World>): void {
  describe('what a metric source counts between two instants', () => {
    test('a ratio of raw counters per cohort, nothing extrapolated, and nothing twice', async () => {
      const { service, looked, begin, counted } = await counting(open);
      service.serve('treatment', { good: 1000, bad: 10 });
      service.serve('control', { good: 9000, bad: 90 });
      service.serve('rest', { good: 5, bad: 5 });
      await looked();
      const fromMs = begin();
      service.serve('treatment', { good: 83, bad: 17 });
      service.serve('control', { good: 199, bad: 1 });
      await looked();
      const between = begin();
      expectCounts(await counted(ERRORS, fromMs), [100, 17], [200, 1]);
      expectCounts(await counted(ERRORS, between), [0, 0], [0, 0]);
      service.serve('treatment', { good: 7 });
      await looked();
      expectCounts(await counted(ERRORS, between), [7, 0], [0, 0]);
      expectCounts(await counted(ERRORS, fromMs), [107, 17], [200, 1]);
    });

    test('a new series of a known target counts from nothing', async () => {
      const { service, looked, begin, counted } = await counting(open);
      service.serve('control', { good: 100 });
      await looked();
      const fromMs = begin();
      service.serve('treatment', { good: 30, bad: 3 });
      service.serve('control', { good: 50 });
      await looked();
      expectCounts(await counted(ERRORS, fromMs), [33, 3], [50, 0]);
    });

    test('a counter that starts anew counts from nothing', async () => {
      const { service, looked, begin, counted } = await counting(open);
      for (const cohort of ['treatment', 'control']) service.serve(cohort, { good: 1000, bad: 100 });
      await looked();
      const fromMs = begin();
      service.restart();
      for (const cohort of ['treatment', 'control']) service.serve(cohort, { good: 5, bad: 2 });
      await looked();
      expectCounts(await counted(ERRORS, fromMs), [7, 2], [7, 2]);
    });

    test('slow requests by an edge of the histogram: the threshold, or the largest below it', async () => {
      const { service, looked, begin, counted } = await counting(open);
      for (const cohort of ['treatment', 'control']) service.took(cohort, 0.2, 50);
      await looked();
      const fromMs = begin();
      service.took('treatment', 0.2, 6);
      service.took('treatment', 0.3, 3);
      service.took('treatment', 9, 1);
      service.took('control', 0.2, 20);
      await looked();
      const slow = async (slowerThan: number) => counted(SLOW, fromMs, slowerThan);
      expectCounts(await slow(0.5), [10, 1], [20, 0], 0.5);
      expectCounts(await slow(0.4), [10, 4], [20, 0], 0.25);
      expect(await slow(0.01)).toMatchObject({ kind: 'missing', detail: expect.stringContaining('no edge') });
      const now = begin();
      await looked();
      expectCounts(await counted(SLOW, now, 0.5), [0, 0], [0, 0], 0.5);
    });

    test('a cohort without series, and a label that no series has, are missing', async () => {
      const { service, looked, begin, counted } = await counting(open);
      service.serve('control', { good: 100 });
      await looked();
      const fromMs = begin();
      await looked();
      expect(await counted(ERRORS, fromMs)).toMatchObject({
        kind: 'missing',
        detail: expect.stringMatching(/^no series that can be counted: http_requests_total.* with cohort="treatment"$/),
      });
      const elsewhere = countable(sli({ ...ERRORS, cohort: { label: 'arm' } }));
      expect((await counted(elsewhere, fromMs)).kind).toBe('missing');
      expect((await counted(SLOW, fromMs, 0.5)).kind).toBe('missing');
    });

    test('a numerator that has no cohort is missing, not zero; one that never was is zero, or as the SLI says', async () => {
      const { service, looked, begin, counted } = await counting(open);
      for (const cohort of ['treatment', 'control']) service.serve(cohort, { good: 10 });
      service.errors.inc({ code: '503' }, 7);
      await looked();
      const fromMs = begin();
      for (const cohort of ['treatment', 'control']) service.serve(cohort, { good: 10 });
      await looked();
      const of = (numerator: string, more: object = {}) =>
        counted(ratio({ numerator, denominator: 'http_requests_total', ...more }), fromMs);
      expect((await of('http_errors_total{code="503"}')).kind).toBe('missing');
      expectCounts(await of('nowhere_total'), [10, 0], [10, 0]);
      expect((await of('nowhere_total', { absentNumerator: 'missing' })).kind).toBe('missing');
    });

    test('NaN is missing while it stands, and what nobody knows of it is left out', async () => {
      const { service, looked, begin, counted } = await counting(open);
      const broken = ratio({ numerator: 'model_accuracy', denominator: 'model_accuracy' });
      const set = async (value: number) => {
        for (const cohort of ['treatment', 'control']) service.accuracy.set({ cohort }, value);
        await looked();
        return begin();
      };
      const first = await set(5);
      const during = await set(Number.NaN);
      expect((await counted(broken, first)).kind).toBe('missing');
      await set(8);
      expectCounts(await counted(broken, first), [3, 3], [3, 3]);
      expect((await counted(broken, during)).kind).toBe('unanchored');
    });

    test('a service that stops answering adds nothing, and nothing is lost when it is back', async () => {
      const { service, looked, begin, counted } = await counting(open);
      for (const cohort of ['treatment', 'control']) service.serve(cohort, { good: 100 });
      await looked();
      const fromMs = begin();
      service.is('failing');
      for (const cohort of ['treatment', 'control']) service.serve(cohort, { good: 20, bad: 2 });
      await looked();
      await looked();
      const away = await counted(ERRORS, fromMs);
      if (away.kind === 'counted') expectCounts(away, [0, 0], [0, 0]);
      else expect(away.kind).toBe('missing');
      service.is('up');
      await looked();
      expectCounts(await counted(ERRORS, fromMs), [22, 2], [22, 2]);
    });

    test('what was before the source knew the service begins anew, since nobody can say what it counted', async () => {
      const { service, looked, nowMs, counted } = await counting(open);
      for (const cohort of ['treatment', 'control']) service.serve(cohort, { good: 100 });
      await looked();
      expect((await counted(ERRORS, nowMs() - 3_600_000)).kind).toBe('unanchored');
    });

    test('what is no selector is unavailable, and nothing more', async () => {
      const { source, looked, nowMs } = await opened(open);
      await looked();
      for (const numerator of ['rate(x[5m])', 'x{a="b"', '{a="b"}', '']) {
        const query = { sli: { ...ERRORS, numerator }, slowerThan: null, fromMs: nowMs() - 1000, toMs: nowMs() };
        const answer = (await source.count([query])).get(countKey(query));
        expect(answer).toMatchObject({ kind: 'unavailable', detail: expect.stringMatching(/./) });
      }
    });
  });
}

async function opened<Opened extends Pick<World, 'stop'>>(open: Open<Opened>): Promise<Opened> {
  const world = await open();
  onTestFinished(() => world.stop());
  return world;
}

async function counting(open: Open<World>) {
  const world = await opened(open);
  /** From one instant until now. */
  const counted = async (about: CountableSli, fromMs: number, slowerThan: number | null = null): Promise<Counted> => {
    const narrowed = within(world.shop, { sli: about, windowSeconds: 0, offsetSeconds: 0, arms: 'cohorts' }).sli;
    const query = { sli: countable(narrowed), slowerThan, fromMs, toMs: world.nowMs() };
    const answer = (await world.source.count([query])).get(countKey(query));
    if (answer === undefined) throw new Error('no answer');
    return answer;
  };
  return { ...world, counted, begin: world.nowMs };
}

function expectCounts(answer: Counted, treatment: Counts, control: Counts, edge: number | null = null): void {
  const arm = ([total, bad]: Counts) => ({ total, bad });
  expect(answer).toMatchObject({ kind: 'counted', edge, poll: { treatment: arm(treatment), control: arm(control) } });
}

import { describe, expect, onTestFinished, test } from 'vitest';
import { type GaugeSli, isGauge, type LevelPoints, pointsKey } from '../../src/domain/health/pointsQuery.ts';
import type { Sli } from '../../src/domain/health/sli.ts';
import { ACCURACY, COMMON, sli, type World, within } from './metricSource.ts';

type Open<Opened> = () => Promise<Opened>;

/** Longer than any test: the whole life of its service. */
const WINDOW_SECONDS = 120;

function gauge(about: Sli): GaugeSli {
  if (!isGauge(about)) throw new Error(`${about.id} is no gauge`);
  return about;
}
const LEVEL = gauge(ACCURACY);

/** What every source owes that is asked for points, a fake one too. */
export function pointsObligations(open: Open<Pick<World, 'source' | 'nowMs' | 'stop'>>): void {
  describe('what every metric source owes that is asked for points', () => {
    test('answers every question by its key, and no question with no answer', async () => {
      const { source, nowMs } = await opened(open);
      const queries = [60, 120].map((windowSeconds) => ({ sli: LEVEL, windowSeconds }));
      const answers = await source.points([...queries, ...queries], nowMs());
      expect([...answers.keys()].sort()).toEqual(queries.map(pointsKey).sort());
      expect(await source.points([], nowMs())).toEqual(new Map());
    });

    test('rejects with the reason of an aborted signal', async () => {
      const { source, nowMs } = await opened(open);
      const reason = new Error('stopping');
      const query = { sli: LEVEL, windowSeconds: 60 };
      await expect(source.points([query], nowMs(), AbortSignal.abort(reason))).rejects.toBe(reason);
    });
  });
}

/** Which points a source must read of a service: both kinds the same. */
export function metricSourcePoints(open: Open<World>): void {
  describe('the points that a metric source reads of a gauge', () => {
    test('are those that were scraped, each arm by itself', async () => {
      const { show, points } = await gauging(open);
      await show(1, 11);
      await show(2, 12);
      await show(5, 15);
      const read = await points();
      if (read.kind !== 'points') throw new Error(JSON.stringify(read));
      expect(distinct(read.treatment)).toEqual([1, 2, 5]);
      expect(distinct(read.control)).toEqual([11, 12, 15]);
      expect(read.treatment.length).toBe(read.control.length);
    });

    test('are missing where a cohort has none, or a label that no series has is asked for', async () => {
      const { service, looked, points } = await gauging(open);
      service.accuracy.set({ cohort: 'control' }, 1);
      await looked();
      expect(await points()).toMatchObject({
        kind: 'missing',
        detail: expect.stringMatching(/^no points: model_accuracy.* with cohort="treatment"$/),
      });
      expect((await points(gauge(sli({ ...LEVEL, cohort: { label: 'arm' } })))).kind).toBe('missing');
    });

    test.for([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
      'can not be used with %d among them, not even after it',
      async (strange) => {
        const { show, points } = await gauging(open);
        await show(1, 1);
        await show(strange, 1);
        await show(1, 1);
        expect((await points()).kind).toBe('unavailable');
      },
    );

    test('grow old with their service, and those that were seen stay', async () => {
      const { service, show, looked, points, nowMs } = await gauging(open);
      await show(3, 3);
      service.is('failing');
      await looked();
      const fellAtMs = nowMs();
      await looked();
      await looked();
      const old = await points();
      if (old.kind !== 'points') throw new Error(JSON.stringify(old));
      expect(distinct(old.treatment)).toEqual([3]);
      expect(old.newestSampleAtMs).toBeLessThan(fellAtMs);
      service.is('up');
      await looked();
      const again = await points();
      expect(again.kind === 'points' && again.newestSampleAtMs).toBeGreaterThanOrEqual(fellAtMs);
    });

    test('of what is no selector are unavailable, and nothing more', async () => {
      const { looked, points } = await gauging(open);
      await looked();
      for (const metric of ['model_accuracy[5m]', 'rate(x[5m])', 'x{a="b"', '']) {
        expect(await points({ ...LEVEL, metric }, false)).toMatchObject({ kind: 'unavailable' });
      }
      const nowhere = gauge(sli({ id: 'nowhere', kind: 'gauge', ...COMMON, metric: 'nowhere' }));
      expect((await points(nowhere)).kind).toBe('missing');
    });
  });
}

const distinct = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b);

async function opened<Opened extends Pick<World, 'stop'>>(open: Open<Opened>): Promise<Opened> {
  const world = await open();
  onTestFinished(() => world.stop());
  return world;
}

async function gauging(open: Open<World>) {
  const world = await opened(open);
  const { service, looked, source, nowMs, shop } = world;
  const points = async (about: GaugeSli = LEVEL, ofShop = true): Promise<LevelPoints> => {
    const whole = { sli: about, windowSeconds: WINDOW_SECONDS, offsetSeconds: 0, arms: 'cohorts' as const };
    const query = { sli: gauge(ofShop ? within(shop, whole).sli : about), windowSeconds: WINDOW_SECONDS };
    const answer = (await source.points([query], nowMs())).get(pointsKey(query));
    if (answer === undefined) throw new Error('no answer');
    return answer;
  };
  /** Both arms, and a look at them. */
  const show = async (treatment: number, control: number) => {
    service.accuracy.set({ cohort: 'treatment' }, treatment);
    service.accuracy.set({ cohort: 'control' }, control);
    await looked();
  };
  return { ...world, points, show };
}

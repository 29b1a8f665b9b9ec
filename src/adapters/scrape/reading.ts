import { absentAsZero, type MetricPresence } from '../../domain/health/absentCounter.ts';
import type { ArmReading } from '../../domain/health/armReading.ts';
import type { Arm, MeasurementQuery } from '../../domain/health/measurement.ts';
import type { ArmPoints, GaugeSli } from '../../domain/health/pointsQuery.ts';
import { histogramQuantile } from '../../domain/health/quantile.ts';
import { parseSelector } from '../../domain/health/selector.ts';
import type { Sli } from '../../domain/health/sli.ts';
import { aggregatedOver, largest } from './aggregate.ts';
import { increaseOf, isIn, newestScrapeOf, valuesIn } from './increase.ts';
import { labelMatch } from './labelMatch.ts';
import type { Series } from './series.ts';
import type { ScrapeSpan, SeriesHistory } from './seriesHistory.ts';

type OfKind<Kind extends Sli['kind']> = Extract<Sli, { kind: Kind }>;
export type ScrapedSli = Exclude<Sli, OfKind<'promql'>>;

/** Reads one arm of a question from the scrapes of its window; a window of 0 is a span of the latest scrape alone. */
export class WindowReader {
  readonly #history: SeriesHistory;
  readonly #span: ScrapeSpan;
  readonly #query: MeasurementQuery;

  constructor(history: SeriesHistory, span: ScrapeSpan, query: MeasurementQuery) {
    this.#history = history;
    this.#span = span;
    this.#query = query;
  }

  /** @throws SelectorError or UnsupportedRegexError where a selector of the SLI can't be used. */
  read(sli: ScrapedSli, arm: Arm): ArmReading {
    switch (sli.kind) {
      case 'ratio':
        return this.#ratio(sli, arm);
      case 'quantile':
        return this.#quantile(sli, arm);
      case 'count':
        return this.#count(sli, arm);
      case 'gauge':
        return this.#gauge(sli, arm);
    }
  }

  /** Every point of an arm. @throws as `read` */
  points(sli: GaugeSli, arm: Arm): ArmPoints {
    const series = this.#series(sli.metric, arm);
    const values = series.flatMap((one) => valuesIn(one, this.#span));
    const isNumeric = !series.some((one) => one.notFiniteSince(this.#span.first));
    return { values: isNumeric ? values : [Number.NaN], newestSampleAtMs: this.#newest(series) };
  }

  #ratio(sli: OfKind<'ratio'>, arm: Arm): ArmReading {
    const denominator = this.#series(sli.denominator, arm);
    const value = this.#increase(this.#series(sli.numerator, arm));
    const reading = this.#reading(value, this.#increase(denominator), denominator);
    return absentAsZero(sli, reading, () => this.#presence(sli.numerator));
  }

  #quantile(sli: OfKind<'quantile'>, arm: Arm): ArmReading {
    const buckets = this.#series(sli.histogram, arm, '_bucket').filter((series) => !Number.isNaN(boundOf(series)));
    const counts = buckets.map((series) => ({ upperBound: boundOf(series), count: this.#increase([series]) ?? 0 }));
    const all = buckets.filter((series) => boundOf(series) === Number.POSITIVE_INFINITY);
    const value = histogramQuantile(sli.quantile, counts) ?? Number.NaN;
    return this.#reading(value, this.#increase(all), all);
  }

  #count(sli: OfKind<'count'>, arm: Arm): ArmReading {
    const series = this.#series(sli.counter, arm);
    const reading = this.#reading(this.#increase(series), this.#points(series), series);
    return absentAsZero(sli, reading, () => this.#presence(sli.counter));
  }

  #gauge(sli: OfKind<'gauge'>, arm: Arm): ArmReading {
    const series = this.#series(sli.metric, arm);
    const isNumeric = !series.some((one) => one.notFiniteSince(this.#span.first));
    const value = isNumeric
      ? aggregatedOver(
          series.map((one) => valuesIn(one, this.#span)),
          sli.aggregate,
        )
      : Number.NaN;
    return this.#reading(value, isNumeric ? this.#points(series) : 1, series);
  }

  #reading(value: number | null, samples: number | null, basis: readonly Series[]): ArmReading {
    return { value, samples, newestSampleAtMs: this.#newest(basis) };
  }

  /** The series of an arm; of everyone, all that the selector matches. */
  #series(selectorText: string, arm: Arm, suffix = ''): readonly Series[] {
    const { name, matchers } = parseSelector(selectorText);
    const matches = labelMatch(matchers);
    const { cohort } = this.#query.sli;
    const isOfArm = (series: Series) => {
      return arm === 'all' || cohort === undefined || series.labels.get(cohort.label) === cohort[arm];
    };
    return this.#history.named(`${name}${suffix}`).filter((series) => isOfArm(series) && matches(series.labels));
  }

  #presence(selectorText: string): MetricPresence {
    const isLabelled = (series: Series) => {
      const { arms, sli } = this.#query;
      return arms === 'all' || sli.cohort === undefined || series.labels.has(sli.cohort.label);
    };
    const { name } = parseSelector(selectorText);
    const metric = this.#history.named(name).filter((series) => isLabelled(series) && isIn(series, this.#span));
    const unlabelled = this.#series(selectorText, 'all').filter((series) => !isLabelled(series));
    return {
      named: metric.length > 0,
      unlabelled: unlabelled.some((series) => isIn(series, this.#span)),
      points: metric.length === 0 ? null : largest(metric.map((one) => valuesIn(one, this.#span).length)),
      newestSampleAtMs: this.#newest(metric),
    };
  }

  #increase(series: readonly Series[]): number | null {
    if (this.#query.windowSeconds > 0) return increaseOf(series, this.#span);
    return aggregatedOver(
      series.map((one) => valuesIn(one, this.#span)),
      'sum',
    );
  }

  #points(series: readonly Series[]): number | null {
    const points = series.reduce((sum, one) => sum + valuesIn(one, this.#span).length, 0);
    return points === 0 ? null : points;
  }

  #newest(series: readonly Series[]): number | null {
    const times = series.flatMap((one) => {
      const scrape = newestScrapeOf(one, this.#span);
      return scrape === null ? [] : one.takenAtMs(this.#history.timeOf(scrape));
    });
    return times.length === 0 ? null : largest(times);
  }
}

/** The bound is a number, however it is written; a series without one is no bucket. */
function boundOf(series: Series): number {
  const bound = series.labels.get('le') ?? 'NaN';
  return bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound);
}

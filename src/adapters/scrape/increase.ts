import type { Series } from './series.ts';
import type { ScrapeSpan } from './seriesHistory.ts';

/**
 * How much counters grew from the first to the last scrape of a span, together: the differences between scrapes, where a
 * value below the one before is a reset and counts from 0, and so does a series that an earlier scrape did not have.
 *
 * @returns null where the span is a single scrape or holds none of the series; NaN where a value was not a number.
 */
export function increaseOf(series: readonly Series[], span: ScrapeSpan): number | null {
  const present = series.filter((one) => isIn(one, span));
  if (span.first === span.last || present.length === 0) return null;
  return present.reduce((sum, one) => sum + increaseOfOne(one, span), 0);
}

/** Whether a series has a value anywhere in a span. */
export function isIn(series: Series, span: ScrapeSpan): boolean {
  return newestScrapeOf(series, span) !== null || series.notFiniteSince(span.first);
}

/** The last scrape of the span that has the series. */
export function newestScrapeOf(series: Series, span: ScrapeSpan): number | null {
  for (let scrape = span.last; scrape >= span.first; scrape -= 1) {
    if (series.valueAt(scrape) !== null) return scrape;
  }
  return null;
}

/** The values of a series in a span, oldest first. */
export function valuesIn(series: Series, span: ScrapeSpan): readonly number[] {
  const values: number[] = [];
  for (let scrape = span.first; scrape <= span.last; scrape += 1) {
    const value = series.valueAt(scrape);
    if (value !== null) values.push(value);
  }
  return values;
}

function increaseOfOne(series: Series, span: ScrapeSpan): number {
  if (series.notFiniteSince(span.first)) return Number.NaN;
  let sum = 0;
  let before = series.valueAt(span.first) ?? 0;
  for (let scrape = span.first + 1; scrape <= span.last; scrape += 1) {
    const value = series.valueAt(scrape) ?? 0;
    sum += value < before ? value : value - before;
    before = value;
  }
  return sum;
}

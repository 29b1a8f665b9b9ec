import type { Calendar } from './calendar.ts';
import { instantMs, localDate } from './localTime.ts';
import { type CalendarWindow, DAYS } from './window.ts';

/** From the first instant to the one before `toMs`. */
export type Span = { readonly fromMs: number; readonly toMs: number };

/** On the zone's clock. */
type LocalSpan = { readonly from: Temporal.PlainDateTime; readonly to: Temporal.PlainDateTime };
type Days = { readonly first: Temporal.PlainDate; readonly last: Temporal.PlainDate };

/** A window that began on an earlier day may still last: it runs over midnight, or a clock was set by up to a day. */
const DAYS_BEFORE = 2;

/** When this calendar keeps shut, as far as it touches the span that is looked at; in no order, and they may overlap. */
export function shutSpans(calendar: Calendar, within: Span): readonly Span[] {
  const inside = calendar.windows
    .flatMap((window) => [...localSpans(window, daysAround(within, calendar.timeZone))])
    .map((local) => spanOf(local, calendar))
    .filter(({ fromMs, toMs }) => fromMs < toMs && fromMs < within.toMs && toMs > within.fromMs);
  return calendar.effect === 'closed' ? inside : between(inside, within);
}

/** Of a time that comes twice, a closed window has both and all that lies between; an open one has what is beyond doubt. */
function spanOf({ from, to }: LocalSpan, { timeZone, effect }: Calendar): Span {
  const [begins, ends] = effect === 'closed' ? (['first', 'second'] as const) : (['second', 'first'] as const);
  return { fromMs: instantMs(from, timeZone, begins), toMs: instantMs(to, timeZone, ends) };
}

/** What is left of a span without these. */
function between(open: readonly Span[], within: Span): readonly Span[] {
  const left: Span[] = [];
  let atMs = within.fromMs;
  for (const { fromMs, toMs } of inOrder(open)) {
    if (fromMs > atMs) left.push({ fromMs: atMs, toMs: fromMs });
    atMs = Math.max(atMs, toMs);
  }
  return atMs < within.toMs ? [...left, { fromMs: atMs, toMs: within.toMs }] : left;
}

export const inOrder = (spans: readonly Span[]) => spans.toSorted((one, other) => one.fromMs - other.fromMs);

function daysAround({ fromMs, toMs }: Span, timeZone: string): Days {
  return {
    first: localDate(fromMs, timeZone).subtract({ days: DAYS_BEFORE }),
    last: localDate(toMs, timeZone),
  };
}

/** Those that begin on one of these days, or may. */
function localSpans(window: CalendarWindow, days: Days): readonly LocalSpan[] {
  if ('dates' in window) return window.dates.filter(isAmong(days)).map(dateOf).map(wholeDay);
  if ('days' in window) return weekly(window, days);
  if ('fromMonthDay' in window) return yearly(window, days);
  return [{ from: Temporal.PlainDateTime.from(window.from), to: Temporal.PlainDateTime.from(window.to) }];
}

function weekly(window: Extract<CalendarWindow, { days: unknown }>, days: Days): readonly LocalSpan[] {
  const daysAfter = window.to > window.from ? 0 : 1;
  return eachDay(days)
    .filter((date) => window.days.some((day) => DAYS.indexOf(day) + 1 === date.dayOfWeek))
    .map((date) => ({ from: timeOn(date, window.from), to: timeOn(date.add({ days: daysAfter }), window.to) }));
}

function yearly(
  window: Extract<CalendarWindow, { fromMonthDay: unknown }>,
  { first, last }: Days,
): readonly LocalSpan[] {
  const yearsAfter = window.toMonthDay < window.fromMonthDay ? 1 : 0;
  const years = Array.from({ length: last.year - first.year + 2 }, (_, index) => first.year - 1 + index);
  return years.map((year) => ({
    from: dayOf(year, window.fromMonthDay).toPlainDateTime(),
    to: wholeDay(dayOf(year + yearsAfter, window.toMonthDay)).to,
  }));
}

const dateOf = (text: string) => Temporal.PlainDate.from(text);
const dayOf = (year: number, monthDay: string) => Temporal.PlainMonthDay.from(monthDay).toPlainDate({ year });
const wholeDay = (date: Temporal.PlainDate) => ({ from: timeOn(date, '00:00'), to: timeOn(date, '24:00') });

/** By their text, which has the order of the days: to read thousands of dates takes longer than a lookup may wait. */
function isAmong({ first, last }: Days): (date: string) => boolean {
  const [from, to] = [first.toString(), last.toString()];
  return (date) => date >= from && date <= to;
}

function timeOn(date: Temporal.PlainDate, time: string): Temporal.PlainDateTime {
  return time === '24:00' ? date.add({ days: 1 }).toPlainDateTime() : date.toPlainDateTime(time);
}

function eachDay({ first, last }: Days): readonly Temporal.PlainDate[] {
  const count = first.until(last).days + 1;
  return Array.from({ length: count }, (_, index) => first.add({ days: index }));
}

import type { Calendar } from '../../../src/domain/calendar/calendar.ts';
import { type CalendarWindow, DAYS } from '../../../src/domain/calendar/window.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** What the clock of a zone showed in each minute of some days, read off one by one. */
export type Walk = { readonly timeZone: string; readonly beganMs: number; readonly walls: readonly string[] };

export function walk(timeZone: string, beganMs: number, days: number): Walk {
  const clock = new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  const minutes = Array.from({ length: days * 24 * 60 }, (_, minute) => beganMs + minute * MINUTE_MS);
  return { timeZone, beganMs, walls: minutes.map((ms) => clock.format(ms).replace(' ', 'T')) };
}

/** Of each minute whether this calendar keeps shut: the slow twin of `shutBy`, by nothing but what the clock showed. */
export function shutMinutes({ walls }: Walk, calendar: Calendar): readonly boolean[] {
  const spans = calendar.windows.flatMap((window) => occurrences(window, walls));
  const inside = spans.map(([from, to]) =>
    calendar.effect === 'closed'
      ? ([minutesShowing(walls, from).first, minutesShowing(walls, to).last] as const)
      : ([minutesShowing(walls, from).last, minutesShowing(walls, to).first] as const),
  );
  return walls.map((_, minute) => {
    const isInside = inside.some(([from, to]) => from <= minute && minute < to);
    return isInside === (calendar.effect === 'closed');
  });
}

/** The first and the last minute in which the clock shows it; where it never does, the first that shows more. */
function minutesShowing(walls: readonly string[], wall: string): { readonly first: number; readonly last: number } {
  const first = walls.indexOf(wall);
  if (first >= 0) return { first, last: walls.lastIndexOf(wall) };
  const after = walls.findIndex((shown) => shown > wall);
  const later = after < 0 ? walls.length : after;
  return { first: later, last: later };
}

/** Each as its two local times. */
function occurrences(window: CalendarWindow, walls: readonly string[]): readonly (readonly [string, string])[] {
  if ('dates' in window) return window.dates.map((date) => [`${date}T00:00`, `${dayAfter(date)}T00:00`] as const);
  if ('days' in window) return datesAround(walls).flatMap((date) => weeklyOn(window, date));
  if ('fromMonthDay' in window) return yearly(window, walls);
  return [[window.from, window.to]];
}

function weeklyOn({ days, from, to }: Extract<CalendarWindow, { days: unknown }>, date: string) {
  const day = DAYS[(new Date(`${date}T00:00Z`).getUTCDay() + 6) % 7];
  if (day === undefined || !days.includes(day)) return [];
  const end = to === '24:00' ? `${dayAfter(date)}T00:00` : `${to > from ? date : dayAfter(date)}T${to}`;
  return [[`${date}T${from}`, end] as const];
}

/** Of each year around: from its first day to the end of its last. */
function yearly(
  { fromMonthDay, toMonthDay }: Extract<CalendarWindow, { fromMonthDay: unknown }>,
  walls: readonly string[],
) {
  const year = Number(walls[0]?.slice(0, 4));
  const yearsAfter = toMonthDay < fromMonthDay ? 1 : 0;
  return [year - 1, year, year + 1].map(
    (first) => [`${first}-${fromMonthDay}T00:00`, `${dayAfter(`${first + yearsAfter}-${toMonthDay}`)}T00:00`] as const,
  );
}

/** The days of the walk, of some before, and those that its clock skipped. */
function datesAround(walls: readonly string[]): readonly string[] {
  const [first = '', last = ''] = [walls[0]?.slice(0, 10), walls.at(-1)?.slice(0, 10)];
  const dates: string[] = [];
  for (let ms = Date.parse(first) - 3 * DAY_MS; ms <= Date.parse(last); ms += DAY_MS) {
    dates.push(new Date(ms).toISOString().slice(0, 10));
  }
  return dates;
}

const dayAfter = (date: string) => new Date(Date.parse(date) + DAY_MS).toISOString().slice(0, 10);

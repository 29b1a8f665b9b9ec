import type { Calendar } from './calendar.ts';
import { inOrder, type Span, shutSpans } from './spans.ts';

export type NamedCalendar = Calendar & { readonly name: string };

/** What may be kept shut: a rollout, by its feature and its contract's criticality. */
export type CalendarSubject = { readonly feature: string; readonly criticality: 'standard' | 'critical' };

/** `opensAtMs`: the first instant at which no calendar keeps it shut; null where that is too far away to be looked for. */
export type Shut = { readonly name: string; readonly detail: string; readonly opensAtMs: number | null };

const DAY_MS = 86_400_000;
/** A freeze of a whole year still says when it ends. */
const SEARCHED_MS = 400 * DAY_MS;
/** Looked through at a time: most openings lie within a week, so most of the year is never looked at. */
const STEP_MS = 8 * DAY_MS;
/** Days that a step looks at, in each window: what it costs. */
const STEP_DAYS = 11;

/** How many days of windows may be looked at for the time at which it opens; each takes some microseconds of everybody's. */
const MOST_LOOKED_AT = 12_000;

/** The calendar that keeps increases shut at this instant; null where all that apply are open. */
export function shutBy(
  calendars: readonly NamedCalendar[],
  subject: CalendarSubject,
  nowMs: number,
  mostLookedAt = MOST_LOOKED_AT,
): Shut | null {
  const applying = calendars.filter((calendar) => applies(calendar, subject));
  const [shut, ...others] = applying.filter((calendar) => isShut(calendar, nowMs));
  if (shut === undefined) return null;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return { name: shut.name, detail: `${shut.reason}${more}`, opensAtMs: opensAtMs(applying, nowMs, mostLookedAt) };
}

export function applies({ appliesTo }: Calendar, { feature, criticality }: CalendarSubject): boolean {
  const isNamed = appliesTo.features === undefined || appliesTo.features.includes(feature);
  return isNamed && (appliesTo.criticality === undefined || appliesTo.criticality === criticality);
}

const isShut = (calendar: Calendar, atMs: number) => shutSpans(calendar, { fromMs: atMs, toMs: atMs + 1 }).length > 0;

/** The first instant from here on at which all of them are open; null where there is none within 400 days, or within so many days of windows. */
export function opensAtMs(
  calendars: readonly Calendar[],
  fromMs: number,
  mostLookedAt = MOST_LOOKED_AT,
): number | null {
  const perStep = STEP_DAYS * windowsIn(calendars);
  let atMs = fromMs;
  for (let lookedAt = 0; lookedAt <= mostLookedAt && atMs <= fromMs + SEARCHED_MS; lookedAt += perStep) {
    const step = { fromMs: atMs, toMs: atMs + STEP_MS };
    const freeMs = firstFree(
      calendars.flatMap((calendar) => shutSpans(calendar, step)),
      atMs,
    );
    if (freeMs < step.toMs) return freeMs;
    atMs = freeMs;
  }
  return null;
}

/** A list of dates costs a day at most in each step. */
export const windowsIn = (calendars: readonly Calendar[]) =>
  calendars.reduce((sum, { windows }) => sum + windows.length, 0);

function firstFree(spans: readonly Span[], fromMs: number): number {
  let atMs = fromMs;
  for (const span of inOrder(spans)) {
    if (span.fromMs > atMs) return atMs;
    atMs = Math.max(atMs, span.toMs);
  }
  return atMs;
}

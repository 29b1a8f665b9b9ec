import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Calendar, calendarSchema } from '../../../src/domain/calendar/calendar.ts';
import { type NamedCalendar, opensAtMs, type Shut, shutBy } from '../../../src/domain/calendar/shutBy.ts';
import { DAYS } from '../../../src/domain/calendar/window.ts';
import { shutMinutes, type Walk, walk } from './minuteWalk.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const SUBJECT = { feature: 'checkout-v2', criticality: 'standard' } as const;

const named = (calendar: Readonly<Record<string, unknown>>, name = 'freeze'): NamedCalendar => ({
  ...calendarSchema.parse({ timeZone: 'Europe/Berlin', effect: 'closed', reason: 'frozen', ...calendar }),
  name,
});
const at = (text: string) => Date.parse(text);
const shutAt = (calendars: readonly NamedCalendar[], text: string) => shutBy(calendars, SUBJECT, at(text));
/** When it opens again; null where it is open. */
function opens(calendars: readonly NamedCalendar[], text: string): string | null {
  const shut = shutAt(calendars, text);
  if (shut === null) return null;
  return shut.opensAtMs === null ? 'never' : new Date(shut.opensAtMs).toISOString();
}

const FRIDAYS = named({ windows: [{ days: ['friday'] }], reason: 'no promotions on Fridays' });
const OFFICE = named({ effect: 'open', windows: [{ days: DAYS.slice(0, 5), from: '09:00', to: '17:00' }] }, 'office');

describe('a closed calendar', () => {
  it('keeps shut in its windows, by the clock of its zone', () => {
    expect(opens([FRIDAYS], '2026-11-19T22:59:59.999Z')).toBeNull();
    expect(shutAt([FRIDAYS], '2026-11-19T23:00:00Z')).toEqual({
      name: 'freeze',
      detail: 'no promotions on Fridays',
      opensAtMs: at('2026-11-20T23:00:00Z'),
    });
    expect(opens([FRIDAYS], '2026-11-20T22:59:59.999Z')).toBe('2026-11-20T23:00:00.000Z');
    expect(opens([FRIDAYS], '2026-11-20T23:00:00Z')).toBeNull();
  });

  it('knows windows of once, of a list of days and of each year', () => {
    const once = named({ windows: [{ from: '2026-12-24T12:00', to: '2026-12-27T08:00' }] });
    expect(opens([once], '2026-12-24T11:00:00Z')).toBe('2026-12-27T07:00:00.000Z');
    expect(opens([once], '2026-12-27T07:00:00Z')).toBeNull();
    const holidays = named({ windows: [{ dates: ['2026-12-26', '2026-12-25'] }] });
    expect(opens([holidays], '2026-12-25T12:00:00Z')).toBe('2026-12-26T23:00:00.000Z');
    const yearly = named({ windows: [{ fromMonthDay: '12-20', toMonthDay: '01-03' }] });
    expect(opens([yearly], '2026-12-19T22:59:00Z')).toBeNull();
    expect(opens([yearly], '2026-12-19T23:00:00Z')).toBe('2027-01-03T23:00:00.000Z');
    expect(opens([yearly], '2031-01-02T23:00:00Z')).toBe('2031-01-03T23:00:00.000Z');
  });

  it('runs over midnight where it ends before it begins', () => {
    const night = named({ windows: [{ days: ['sunday'], from: '22:00', to: '06:00' }] });
    expect(opens([night], '2026-11-23T04:59:00Z')).toBe('2026-11-23T05:00:00.000Z');
    expect(opens([night], '2026-11-22T20:59:00Z')).toBeNull();
    expect(opens([night], '2026-11-24T04:59:00Z')).toBeNull();
  });

  it('of an hour that comes twice keeps both shut, and what lies between', () => {
    const early = named({ windows: [{ days: ['sunday'], from: '02:00', to: '02:30' }] });
    expect(opens([early], '2026-10-25T00:00:00Z')).toBe('2026-10-25T01:30:00.000Z');
    expect(opens([early], '2026-10-25T00:45:00Z')).toBe('2026-10-25T01:30:00.000Z');
    expect(opens([early], '2026-10-24T23:59:00Z')).toBeNull();
  });

  it('begins and ends at the change where its edge is skipped', () => {
    const until = named({ windows: [{ days: ['sunday'], from: '01:00', to: '02:30' }] });
    expect(opens([until], '2026-03-29T00:30:00Z')).toBe('2026-03-29T01:00:00.000Z');
    const from = named({ windows: [{ days: ['sunday'], from: '02:30', to: '04:00' }] });
    expect(opens([from], '2026-03-29T01:00:00Z')).toBe('2026-03-29T02:00:00.000Z');
    expect(opens([from], '2026-03-29T00:59:00Z')).toBeNull();
  });
});

describe('an open calendar', () => {
  it('keeps shut out of its windows', () => {
    expect(opens([OFFICE], '2026-11-20T08:00:00Z')).toBeNull();
    expect(opens([OFFICE], '2026-11-20T07:59:00Z')).toBe('2026-11-20T08:00:00.000Z');
    expect(opens([OFFICE], '2026-11-20T16:00:00Z')).toBe('2026-11-23T08:00:00.000Z');
  });

  it('of an hour that comes twice takes neither where it is in doubt', () => {
    const early = named({ effect: 'open', windows: [{ days: ['sunday'], from: '01:00', to: '02:30' }] });
    expect(opens([early], '2026-10-25T00:29:00Z')).toBeNull();
    expect(opens([early], '2026-10-25T00:30:00Z')).toBe('2026-11-01T00:00:00.000Z');
    expect(opens([early], '2026-10-25T01:15:00Z')).toBe('2026-11-01T00:00:00.000Z');
  });

  it('whose windows are all over never opens again', () => {
    const over = named({ effect: 'open', windows: [{ dates: ['2025-01-01'] }] });
    expect(opens([over], '2026-11-20T12:00:00Z')).toBe('never');
  });
});

describe('several calendars', () => {
  it('open when the last of them does', () => {
    expect(opens([FRIDAYS, OFFICE], '2026-11-19T20:00:00Z')).toBe('2026-11-23T08:00:00.000Z');
    const shut = shutAt([FRIDAYS, OFFICE], '2026-11-20T20:00:00Z');
    expect(shut).toMatchObject({ name: 'freeze', detail: 'no promotions on Fridays (and 1 more)' });
  });

  it('that leave no time free say that nobody knows', () => {
    const weekdays = named({ windows: [{ days: DAYS.slice(0, 5) }] });
    expect(opens([weekdays, OFFICE], '2026-11-20T12:00:00Z')).toBe('never');
  });

  it('hold only what they apply to', () => {
    const critical = named({ windows: [{ days: [...DAYS] }], appliesTo: { criticality: 'critical' } });
    const other = named({ windows: [{ days: [...DAYS] }], appliesTo: { features: ['search'] } });
    const both = named({
      windows: [{ days: [...DAYS] }],
      appliesTo: { features: ['checkout-v2'], criticality: 'critical' },
    });
    expect(opens([critical, other, both], '2026-11-20T12:00:00Z')).toBeNull();
    const subject = { feature: 'checkout-v2', criticality: 'critical' } as const;
    const shut: Shut | null = shutBy([other, both], subject, at('2026-11-20T12:00:00Z'));
    expect(shut).toMatchObject({ name: 'freeze', opensAtMs: null });
  });
});

/** Days around a change of the clocks, read minute by minute. */
const WALKS: readonly Walk[] = (
  [
    ['Europe/Berlin', '2026-03-27'],
    ['Europe/Berlin', '2026-10-23'],
    ['America/New_York', '2026-03-06'],
    ['America/New_York', '2026-10-30'],
    ['America/Havana', '2026-10-30'],
    ['Australia/Lord_Howe', '2026-04-03'],
    ['Australia/Lord_Howe', '2026-10-02'],
    ['Asia/Kathmandu', '2026-04-03'],
    ['UTC', '2026-12-30'],
    // Its clocks were set forward by a day.
    ['Pacific/Apia', '2011-12-28'],
  ] as const
).map(([zone, began]) => walk(zone, at(`${began}T00:00Z`), 6));

const two = (value: number) => String(value).padStart(2, '0');
/** Of half hours that are changed more often than others, most of them. */
const anyTime = fc
  .tuple(fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 23 })), fc.constantFrom(0, 15, 30, 59))
  .map(([hour, minute]) => `${two(hour)}:${two(minute)}`);

function anyWindow({ walls }: Walk) {
  const dates = [...new Set(walls.map((wall) => wall.slice(0, 10)))];
  const anyDate = fc.constantFrom(...dates);
  const anyLocal = fc.tuple(anyDate, anyTime).map(([date, time]) => `${date}T${time}`);
  return fc.oneof(
    fc
      .tuple(anyLocal, anyLocal)
      .filter(([one, other]) => one !== other)
      .map(([one, other]) => (one < other ? { from: one, to: other } : { from: other, to: one })),
    fc
      .record({ days: fc.uniqueArray(fc.constantFrom(...DAYS), { minLength: 1 }), from: anyTime, to: anyTime })
      .filter(({ from, to }) => from !== to),
    fc.uniqueArray(fc.constantFrom(...DAYS), { minLength: 1 }).map((days) => ({ days })),
    fc.uniqueArray(anyDate, { minLength: 1, maxLength: 4 }).map((list) => ({ dates: list })),
    fc.tuple(anyDate, anyDate).map(([one, other]) => ({ fromMonthDay: one.slice(5), toMonthDay: other.slice(5) })),
  );
}

/** A case names its walk by its place: thousands of minutes are nothing to be shown. */
const anyCase = fc.constantFrom(...WALKS.entries()).chain(([place, walked]) =>
  fc.record({
    place: fc.constant(place),
    calendar: fc
      .record({
        effect: fc.constantFrom('closed' as const, 'open' as const),
        windows: fc.array(anyWindow(walked), { minLength: 1, maxLength: 3 }),
      })
      .map((given) => named({ ...given, timeZone: walked.timeZone })),
    minutes: fc.array(fc.integer({ min: 0, max: walked.walls.length - 1 }), { minLength: 10, maxLength: 10 }),
  }),
);
type Case = typeof anyCase extends fc.Arbitrary<infer T> ? T : never;

function walkAt(place: number): Walk {
  const walked = WALKS[place];
  if (walked === undefined) throw new Error(`there is no walk ${place}`);
  return walked;
}

/** The minutes that are looked at: some, and those at which the twin changes its mind. */
function lookedAt(shut: readonly boolean[], minutes: readonly number[]): readonly number[] {
  const edges = shut.flatMap((is, minute) => (minute > 0 && is !== shut[minute - 1] ? [minute - 1, minute] : []));
  return [...edges, ...minutes];
}

/** What the two do not agree on. */
function disagreements({ place, calendar, minutes }: Case, judged: (calendar: Calendar, ms: number) => number | null) {
  const walked = walkAt(place);
  const shut = shutMinutes(walked, calendar);
  return lookedAt(shut, minutes).flatMap((minute) => {
    const ms = walked.beganMs + minute * MINUTE_MS;
    const free = shut.indexOf(false, minute);
    const expected = free < 0 ? 'after these days' : new Date(walked.beganMs + free * MINUTE_MS).toISOString();
    const opensMs = judged(calendar, ms);
    const beyondMs = walked.beganMs + walked.walls.length * MINUTE_MS;
    const found = opensMs === null || opensMs >= beyondMs ? 'after these days' : new Date(opensMs).toISOString();
    return found === expected ? [] : [`${walked.walls[minute]}: ${found}, not ${expected}`];
  });
}

describe('the minutes of a clock, one by one', () => {
  it('are shut as the calendar says, and open when it says, in every zone and through every change', () => {
    fc.assert(
      fc.property(anyCase, (given) => {
        expect(disagreements(given, (calendar, ms) => opensAtMs([calendar], ms))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('show a calendar that takes a day for 24 hours', () => {
    const holds = (given: Case) => {
      const wrong = (calendar: Calendar, ms: number) => opensAtMs([{ ...calendar, timeZone: 'Etc/GMT-1' }], ms);
      return disagreements(given, wrong).length === 0;
    };
    const berlin = anyCase.filter(({ calendar }) => calendar.timeZone === 'Europe/Berlin');
    expect(fc.check(fc.property(berlin, holds), { numRuns: 300 }).failed).toBe(true);
  });
});

describe('the search', () => {
  it('ends after 400 days, whatever it has to look through', () => {
    const halfHours = Array.from({ length: 24 }, (_, index) => ({
      days: [...DAYS],
      from: `${two(index)}:00`,
      to: index === 23 ? '24:00' : `${two(index + 1)}:00`,
    }));
    const never = named({ timeZone: 'UTC', windows: halfHours });
    expect(opensAtMs([never], at('2026-11-20T12:00:00Z'))).toBeNull();
    const far = named({ timeZone: 'UTC', windows: [{ from: '2026-01-01T00:00', to: '2027-11-20T00:00' }] });
    expect(opensAtMs([far], at('2026-11-20T00:00:00Z'))).toBe(at('2026-11-20T00:00:00Z') + 365 * DAY_MS);
  });
});

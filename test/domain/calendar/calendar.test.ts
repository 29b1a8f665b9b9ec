import { describe, expect, it } from 'vitest';
import { parseCalendar } from '../../../src/domain/calendar/calendar.ts';

const GOOD = { timeZone: 'Europe/Berlin', effect: 'closed', windows: [{ days: ['friday'] }], reason: 'no Fridays' };

/** The paths of all mistakes, each with its message. */
function mistakes(input: unknown): Readonly<Record<string, string>> {
  const parsed = parseCalendar('fridays', input);
  return parsed.ok ? {} : Object.fromEntries(parsed.violations.map(({ path, message }) => [path, message]));
}

describe('a calendar as it arrives', () => {
  it('has its defaults filled in', () => {
    const parsed = parseCalendar('fridays', GOOD);
    expect(parsed).toEqual({
      ok: true,
      value: { ...GOOD, appliesTo: {}, windows: [{ days: ['friday'], from: '00:00', to: '24:00' }] },
    });
  });

  it('takes every kind of window', () => {
    const windows = [
      { from: '2026-12-24T12:00', to: '2026-12-27T00:00' },
      { days: ['monday', 'sunday'], from: '22:00', to: '06:00' },
      { days: ['monday'], to: '24:00' },
      { dates: ['2026-12-25', '2028-02-29'] },
      { fromMonthDay: '12-20', toMonthDay: '01-03' },
    ];
    expect(mistakes({ ...GOOD, windows, appliesTo: { features: ['checkout-v2'], criticality: 'critical' } })).toEqual(
      {},
    );
  });

  it.each(['Mars/Phobos', 'Europe/Berln', '+01:00', 'GMT+1', '', 'Z', 7, null])('refuses the zone %s', (timeZone) => {
    expect(Object.keys(mistakes({ ...GOOD, timeZone }))).toEqual(['$.timeZone']);
  });

  it.each([
    ['Europe/Berlin', '2026-03-29T02:00', '2026-03-29T02:59'],
    ['America/New_York', '2026-03-08T02:30', '2026-03-08T02:31'],
    ['Australia/Lord_Howe', '2026-10-04T02:00', '2026-10-04T02:29'],
    ['Pacific/Apia', '2011-12-30T00:00', '2011-12-30T23:59'],
  ])('refuses times that the clocks of %s skip', (timeZone, from, to) => {
    const found = mistakes({ ...GOOD, timeZone, windows: [{ days: ['friday'] }, { from, to }] });
    expect(found).toEqual({
      '$.windows[1].from': `is skipped in ${timeZone}: the clocks are set forward over it`,
      '$.windows[1].to': `is skipped in ${timeZone}: the clocks are set forward over it`,
    });
  });

  it('takes the times around those, and those that come twice', () => {
    const windows = [
      { from: '2026-03-29T01:59', to: '2026-03-29T03:00' },
      { from: '2026-10-25T02:00', to: '2026-10-25T02:30' },
    ];
    expect(mistakes({ ...GOOD, windows })).toEqual({});
  });

  it.each([
    [{ from: '2026-12-24T12:00', to: '2026-12-24T12:00' }, ['.to']],
    [{ from: '2026-02-30T12:00', to: '2026-13-01T00:00' }, ['.from', '.to']],
    [{ from: '2026-12-24', to: '2026-12-24T25:00' }, ['.from', '.to']],
    [{ days: ['friday', 'fryday', 'FRIDAY'] }, ['.days[1]', '.days[2]']],
    [{ days: [] }, ['.days']],
    [{ days: ['friday'], from: '24:00', to: '9:00' }, ['.from', '.to']],
    [{ days: ['friday'], from: '09:00', to: '09:00' }, ['.to']],
    [{ dates: ['2026-02-29', '2026-12-25', '25.12.2026'] }, ['.dates[0]', '.dates[2]']],
    [{ dates: [] }, ['.dates']],
    [{ fromMonthDay: '02-29', toMonthDay: '13-01' }, ['.fromMonthDay', '.toMonthDay']],
    [{ days: ['friday'], until: '17:00' }, ['.until']],
  ])('refuses the window %j', (window, paths) => {
    const found = Object.keys(mistakes({ ...GOOD, windows: [window] }));
    expect(found.toSorted()).toEqual(paths.map((path) => `$.windows[0]${path}`));
  });

  it('says all that is wrong at once', () => {
    const found = mistakes({
      timeZone: 'Europe/Berlin',
      effect: 'shut',
      appliesTo: { features: ['Checkout'], criticality: 'high' },
      windows: [{ from: '2026-03-29T02:30', to: '2026-04-01T00:00' }, { days: ['fryday'] }],
      reason: ' ',
      more: 1,
    });
    expect(Object.keys(found).toSorted()).toEqual([
      '$.appliesTo.criticality',
      '$.appliesTo.features[0]',
      '$.effect',
      '$.more',
      '$.reason',
      '$.windows[0].from',
      '$.windows[1].days[0]',
    ]);
  });

  it('is bounded in every list', () => {
    const many = <T>(count: number, item: T) => Array.from({ length: count }, () => item);
    expect(Object.keys(mistakes({ ...GOOD, windows: many(31, { days: ['friday'] }) }))).toEqual(['$.windows']);
    expect(Object.keys(mistakes({ ...GOOD, windows: [] }))).toEqual(['$.windows']);
    expect(Object.keys(mistakes({ ...GOOD, windows: [{ dates: many(101, '2026-12-25') }] }))).toEqual([
      '$.windows[0].dates',
    ]);
    const features = many(101, 'checkout');
    expect(Object.keys(mistakes({ ...GOOD, appliesTo: { features } }))).toEqual(['$.appliesTo.features']);
  });

  it.each([null, 7, 'x', [], { windows: 'x' }, { timeZone: {}, windows: [[], null, { from: {}, to: [] }] }])(
    'refuses %j without falling over',
    (input) => {
      expect(parseCalendar('fridays', input).ok).toBe(false);
    },
  );
});

import { applies, type CalendarSubject, type NamedCalendar, type Shut, shutBy } from '../../domain/calendar/shutBy.ts';
import { sameJson } from '../../domain/feature/sameJson.ts';

const MINUTE_MS = 60_000;

/**
 * The calendar that keeps a rollout shut, found out once a minute for all to which the same calendars apply: windows begin and end
 * with a minute, and a thousand ticks of it would all look through the same year.
 */
export class ShutCalendars {
  #calendars: readonly NamedCalendar[] = [];
  #minute = Number.NaN;
  readonly #found = new Map<string, Shut | null>();

  by(calendars: readonly NamedCalendar[], subject: CalendarSubject, nowMs: number): Shut | null {
    this.#turnTo(calendars, Math.floor(nowMs / MINUTE_MS));
    const applying = calendars.filter((calendar) => applies(calendar, subject));
    // A name holds no space.
    const key = applying.map(({ name }) => name).join(' ');
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const shut = shutBy(applying, subject, this.#minute * MINUTE_MS);
    this.#found.set(key, shut);
    return shut;
  }

  #turnTo(calendars: readonly NamedCalendar[], minute: number): void {
    const isSame = calendars === this.#calendars || sameJson(calendars, this.#calendars);
    this.#calendars = calendars;
    if (isSame && minute === this.#minute) return;
    this.#minute = minute;
    this.#found.clear();
  }
}

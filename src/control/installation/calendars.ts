import { type Calendar, parseCalendar } from '../../domain/calendar/calendar.ts';
import { shutBy, windowsIn } from '../../domain/calendar/shutBy.ts';
import { sameJson } from '../../domain/feature/sameJson.ts';
import type { StandingCalendar } from '../../domain/governance/installationState.ts';
import type { Principal } from '../../domain/governance/role.ts';
import { type EntryDraft, INSTALLATION_CHAIN } from '../../domain/ledger/entry.ts';
import { accepted } from '../accepted.ts';
import { actorOf } from '../actorOf.ts';
import { appendEntries } from '../appendEntries.ts';
import type { CalendarDesk, CalendarView } from '../governanceDesks.ts';
import type { Clock } from '../ports/clock.ts';
import type { InstallationRegister } from '../ports/installationRegister.ts';
import type { Ledger } from '../ports/ledger.ts';
import { Refusal } from '../refusal.ts';
import { installationDraft } from './installationDraft.ts';

export type CalendarsDeps = {
  readonly ledger: Ledger;
  readonly installation: InstallationRegister;
  readonly clock: Clock;
};

/** Every tick reads them. */
const MOST_CALENDARS = 50;
/** In all of them together: each is looked through once a minute, and whoever waits for that is not served. */
const MOST_WINDOWS = 200;
/** Of one calendar alone, for people who read the list. */
const MOST_LOOKED_AT_EACH = 1_000;
/** Administrators set calendars now and then; beyond this they are told to try again. */
const MOST_RACES = 5;

type Wish = { readonly name: string; readonly calendar: Calendar };

/** When increases may happen: set and taken away by an administrator, each time an entry of the installation's chain. */
export class Calendars implements CalendarDesk {
  readonly #deps: CalendarsDeps;

  constructor(deps: CalendarsDeps) {
    this.#deps = deps;
  }

  async list(): Promise<readonly CalendarView[]> {
    return (await this.#standing()).map((calendar) => this.#view(calendar));
  }

  async get(name: string): Promise<CalendarView> {
    const calendar = (await this.#standing()).find((standing) => standing.name === name);
    if (calendar === undefined) throw noSuch();
    return this.#view(calendar);
  }

  async set(who: Principal, name: string, input: unknown): Promise<CalendarView> {
    const calendar = accepted(parseCalendar(name, input));
    return this.#unraced((standing, seq) => this.#set(who, { name, calendar }, standing, seq));
  }

  async remove(who: Principal, name: string, comment: string | null): Promise<void> {
    await this.#unraced(async (standing, seq) => {
      if (!standing.some((calendar) => calendar.name === name)) throw noSuch();
      const entry = installationDraft(this.#said(who, comment), { type: 'calendarRemoved', data: { name } });
      return (await this.#append(entry, seq)) ? true : null;
    });
  }

  async #set(who: Principal, wish: Wish, standing: readonly StandingCalendar[], seq: number) {
    const { name, calendar } = wish;
    const before = standing.find((other) => other.name === name);
    if (before === undefined && standing.length >= MOST_CALENDARS) {
      throw new Refusal('CALENDARS_FULL', `there may be ${MOST_CALENDARS} calendars`);
    }
    const others = standing.filter((other) => other.name !== name);
    if (windowsIn([...others, calendar]) > MOST_WINDOWS) {
      throw new Refusal('CALENDARS_FULL', `there may be ${MOST_WINDOWS} windows in all calendars together`);
    }
    if (before !== undefined && sameJson(calendarIn(before), calendar)) return this.#view(before);
    const said = this.#said(who, null);
    const entry = installationDraft(said, { type: 'calendarSet', data: { name, calendar } });
    return (await this.#append(entry, seq)) ? this.#view({ ...calendar, name, by: said.actor, atMs: said.atMs }) : null;
  }

  /** What was seen of the calendars must still hold when it is written, or two would each take the last place. Null: it did not. */
  async #unraced<T>(act: (standing: readonly StandingCalendar[], seq: number) => Promise<T | null>): Promise<T> {
    for (let race = 0; race < MOST_RACES; race += 1) {
      // Read first: what is appended meanwhile makes this writer the loser.
      const { seq } = await this.#deps.ledger.head(INSTALLATION_CHAIN);
      const done = await act(await this.#standing(), seq);
      if (done !== null) return done;
    }
    throw new Refusal('CONFLICT', 'the calendars change all the time; try again');
  }

  async #standing(): Promise<readonly StandingCalendar[]> {
    return (await this.#deps.installation.get()).calendars;
  }

  /** As for a rollout that it applies to. */
  #view(calendar: StandingCalendar): CalendarView {
    const { features, criticality = 'standard' } = calendar.appliesTo;
    const subject = { feature: features?.[0] ?? '', criticality };
    return { calendar, shut: shutBy([calendar], subject, this.#deps.clock.nowMs(), MOST_LOOKED_AT_EACH) };
  }

  #said(who: Principal, comment: string | null) {
    return { atMs: this.#deps.clock.nowMs(), actor: actorOf(who), comment };
  }

  async #append(entry: EntryDraft, seq: number): Promise<boolean> {
    return (await appendEntries('installation', this.#deps, [entry], { seq })).kind === 'appended';
  }
}

const noSuch = () => new Refusal('NOT_FOUND', 'no such calendar');

function calendarIn({ name: _name, by: _by, atMs: _atMs, ...calendar }: StandingCalendar): Calendar {
  return calendar;
}

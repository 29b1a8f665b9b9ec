import { describe, expect, it } from 'vitest';
import { ShutCalendars } from '../../src/control/sight/shutCalendars.ts';
import { calendarSchema } from '../../src/domain/calendar/calendar.ts';
import { type NamedCalendar, shutBy } from '../../src/domain/calendar/shutBy.ts';
import { INSTALLATION_CHAIN } from '../../src/domain/ledger/entry.ts';
import { proposalInput } from '../support/proposals.ts';
import { FEATURE, healthy, startedRollout, stateOf, until } from '../support/release.ts';
import { chainOf, OLGA, pollFor, type Replica, startReplica, worldOf } from '../support/simulatedInstallation.ts';

const T0 = Date.parse('2026-11-20T12:00:00Z');
const MINUTE_MS = 60_000;
const FRIDAYS = { timeZone: 'UTC', effect: 'closed', windows: [{ days: ['friday'] }], reason: 'no Fridays' } as const;
const SUBJECT = { feature: FEATURE, criticality: 'standard' } as const;

const named = (name: string, given: Readonly<Record<string, unknown>> = {}): NamedCalendar => ({
  ...calendarSchema.parse({ ...FRIDAYS, ...given }),
  name,
});

async function installation() {
  const world = worldOf();
  healthy(world);
  return { world, replica: await startReplica(world) };
}

describe('a freeze', () => {
  it('holds the ramp of what has started, and the status says which one, why and until when', async () => {
    const { replica } = await installation();
    const id = await startedRollout(replica, proposalInput());
    await replica.calendars.set(OLGA, 'fridays', FRIDAYS);
    await pollFor(replica, 20 * MINUTE_MS);
    expect(await stateOf(replica, id)).toMatchObject({ phase: 'ramp', heldFor: 'calendar' });
    expect((await replica.rollouts.status(id)).decision).toMatchObject({
      kind: 'hold',
      reason: 'calendar',
      detail: 'fridays: no Fridays',
      unblocksAt: '2026-11-21T00:00:00.000Z',
    });
  });

  it('is none for a dry run', async () => {
    const { replica } = await installation();
    await replica.calendars.set(OLGA, 'fridays', FRIDAYS);
    const id = await startedRollout(replica, proposalInput(), { dryRun: true });
    await pollFor(replica, 20 * MINUTE_MS);
    expect(await stateOf(replica, id)).toMatchObject({ phase: 'stage' });
  });

  it('does not keep a rollout from completing: nothing rises by it', async () => {
    const { world, replica } = await installation();
    const id = await startedRollout(replica, proposalInput());
    const last = proposalInput().rolloutWedge.wedgeStages.length - 1;
    await until(replica, id, ({ phase, stageIndex }) => phase === 'stage' && stageIndex === last);
    await replica.calendars.set(OLGA, 'always', {
      ...FRIDAYS,
      windows: [{ fromMonthDay: '01-01', toMonthDay: '12-31' }],
    });
    await until(replica, id, ({ wedgeState }) => wedgeState === 'COMPLETE');
    expect((await chainOf(world, FEATURE)).some(({ reason }) => reason === 'calendar')).toBe(false);
  });

  it('is seen at the next look of every replica', async () => {
    const { world, replica } = await installation();
    const other = await startReplica(world);
    await startedRollout(replica, proposalInput());
    await other.calendars.set(OLGA, 'fridays', FRIDAYS);
    await pollFor(replica, 20 * MINUTE_MS);
    await other.calendars.remove(OLGA, 'fridays', null);
    await pollFor(replica, MINUTE_MS);
    const types = (await chainOf(world, FEATURE)).filter(({ rollout }) => rollout !== null).map(({ type }) => type);
    expect(types.slice(-2)).toEqual(['ramped', 'held']);
  });
});

describe('calendars that are set at the same time', () => {
  const atOnce = (replica: Replica, count: number, given: object) =>
    Promise.allSettled(
      Array.from({ length: count }, (_, index) => replica.calendars.set(OLGA, `c-${index}`, { ...FRIDAYS, ...given })),
    );

  it('are never more than there may be', async () => {
    const { replica } = await installation();
    for (let index = 0; index < 48; index += 1) await replica.calendars.set(OLGA, `old-${index}`, FRIDAYS);
    const outcomes = await atOnce(replica, 5, {});
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toMatchObject(
      Array.from({ length: 3 }, () => ({ reason: { code: 'CALENDARS_FULL' } })),
    );
    expect(await replica.calendars.list()).toHaveLength(50);
  });

  it('have no more windows together than there may be, however many come', async () => {
    const { replica } = await installation();
    const windows = Array.from({ length: 30 }, () => ({ days: ['friday'] }));
    await atOnce(replica, 13, { windows });
    const all = (await replica.calendars.list()).flatMap(({ calendar }) => calendar.windows);
    expect(all.length).toBeLessThanOrEqual(200);
    expect(all.length).toBeGreaterThan(0);
  });

  it('are each taken away once', async () => {
    const { world, replica } = await installation();
    await replica.calendars.set(OLGA, 'fridays', FRIDAYS);
    const removals = [1, 2, 3].map(() => replica.calendars.remove(OLGA, 'fridays', null));
    const outcomes = await Promise.allSettled(removals);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const removed = (await chainOf(world, INSTALLATION_CHAIN)).filter(({ type }) => type === 'calendarRemoved');
    expect(removed).toHaveLength(1);
  });
});

describe('what was found out once a minute', () => {
  it('is what would be found out each time', () => {
    const shut = new ShutCalendars();
    const sets = [
      [
        named('fridays'),
        named('office', { effect: 'open', windows: [{ days: ['friday'], from: '11:59', to: '12:02' }] }),
      ],
      [named('fridays', { windows: [{ days: ['friday'], from: '12:01', to: '12:03' }] })],
      [],
      [named('fridays', { appliesTo: { features: ['search'] } })],
    ];
    const subjects = [SUBJECT, { ...SUBJECT, feature: 'search' }];
    for (let step = 0; step < 400; step += 1) {
      const nowMs = T0 + Math.floor(step / 2) * 1_700;
      // Read anew each time, as from the database.
      const calendars = structuredClone(sets[step % sets.length] ?? []);
      for (const subject of subjects) {
        expect(shut.by(calendars, subject, nowMs)).toEqual(shutBy(calendars, subject, nowMs));
      }
    }
  });
});

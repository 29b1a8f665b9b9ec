import { LedgerUnreachable } from '../../../src/control/ports/ledger.ts';
import { Refusal } from '../../../src/control/refusal.ts';
import type { ProposalInput } from '../../support/proposals.ts';
import { FEATURE, healthy, stateOf } from '../../support/release.ts';
import {
  ANNA,
  EMIL,
  OLGA,
  OSKAR,
  person,
  type Replaced,
  type Replica,
  startReplica,
  tickDue,
  type World,
  worldOf,
} from '../../support/simulatedInstallation.ts';
import { YOUNG_POLICY } from '../../support/youngPolicy.ts';
import type { Which } from './act.ts';

export const MINUTE = 60_000;
/** Long, so that days go by in some dozens of polls. */
export const POLL_MS = 5 * MINUTE;
/** What is done beside the ticks is done every few seconds. */
const CHORES_EVERY_MS = 5_000;
const DEADLINE_MS = 60_000;

/** Another feature, which the first one may come to need. */
export const NEEDED = 'accounts-v2';

export const PEOPLE = { olga: OLGA, oskar: OSKAR, anna: ANNA, emil: EMIL, adam: person('adam', 'admin') } as const;

/** An installation in the middle of its life. */
export type Setting = {
  readonly world: World;
  readonly replaced: Replaced;
  replica: Replica;
  readonly rollouts: { readonly id: string; readonly input: ProposalInput }[];
  readonly waivers: string[];
  readonly away: { ledger: boolean; store: boolean };
  /** Something was away at some time: a deadline may have been missed for that. */
  hadOutage: boolean;
};

/** What is broken on purpose, to see it found. */
export type Broken = (world: World) => Replaced;

export async function newSetting(cooldownMinutes: number, broken: Broken): Promise<Setting> {
  const world = worldOf({ pollIntervalMs: POLL_MS, policy: { ...YOUNG_POLICY, cooldownMinutes } });
  healthy(world);
  const replaced = broken(world);
  const replica = await startReplica(world, replaced);
  await replica.features.create(OLGA, { key: NEEDED });
  await openNeeded(replica);
  return {
    ...{ world, replaced, replica, rollouts: [], waivers: [] },
    away: { ledger: false, store: false },
    hadOutage: false,
  };
}

/** To most of a workspace, as it takes two to do. */
export async function openNeeded({ features, overrides }: Replica): Promise<void> {
  for (const who of [OLGA, ANNA]) await features.revive(who, NEEDED, 'mended');
  const wish = { threshold: 70_000, expiresAtMs: null, comment: 'on wish' };
  for (const who of [OLGA, ANNA]) await overrides.set(who, NEEDED, 'acme', wish);
}

export function rolloutOf({ rollouts }: Setting, which: Which): Setting['rollouts'][number] {
  const found = rollouts.at(-1 - (which % rollouts.length));
  if (found === undefined) throw new Error('nothing was proposed yet');
  return found;
}

export async function liveOf({ rollouts, replica }: Setting): Promise<string | null> {
  for (const { id } of rollouts) {
    const { wedgeState, dryRun } = await stateOf(replica, id);
    if (!dryRun && (wedgeState === 'ACTIVE' || wedgeState === 'PAUSED')) return id;
  }
  return null;
}

/** Polls, and after each what is done beside them. */
export async function polls(setting: Setting, times: number): Promise<void> {
  for (let polled = 0; polled < times; polled += 1) {
    setting.world.clock.advance(POLL_MS);
    await look(setting);
    await removalsFollow(setting);
  }
}

/** At what is due by now. */
export async function look(setting: Setting): Promise<void> {
  await tickDue(setting.replica, 0);
  await chores(setting);
}

/** So often, what is done between two polls. */
export async function upkeep(setting: Setting, times: number): Promise<void> {
  for (let done = 0; done < times; done += 1) {
    setting.world.clock.advance(CHORES_EVERY_MS);
    setting.world.store.confirm();
    await chores(setting);
  }
}

/** What a process does by itself every few seconds. */
export async function chores({ replica, away }: Setting): Promise<void> {
  for (const chore of [replica.reconciler, replica.waiverEnding]) {
    await chore.run().catch((error: unknown) => {
      if (!(error instanceof LedgerUnreachable && away.ledger)) throw error;
    });
  }
}

/** Polls are minutes apart, and a closing has one: what is still on its way into the store is followed at the pace of the chores. */
export async function removalsFollow(setting: Setting): Promise<void> {
  const { world, away } = setting;
  for (let waitedMs = 0; waitedMs < DEADLINE_MS; waitedMs += CHORES_EVERY_MS) {
    if (away.ledger || away.store) return;
    if ((await world.kept.features.get(FEATURE))?.state.removalPending == null) return;
    await upkeep(setting, 1);
  }
}

/** What makes no sense at that moment is refused, and nothing happens. Nothing else is ever thrown, but by a ledger that is away. */
export function leaveRefused({ away }: Setting): (error: unknown) => void {
  return (error) => {
    const isExpected = error instanceof Refusal || (away.ledger && error instanceof LedgerUnreachable);
    if (!isExpected) throw error;
  };
}

import { bad, doubtful, FEATURE, healthy, silent } from '../../support/release.ts';
import { startReplica } from '../../support/simulatedInstallation.ts';
import type { OutsideAct } from './act.ts';
import { chores, look, PEOPLE, polls, type Setting } from './setting.ts';

type Say<D extends OutsideAct['do']> = Extract<OutsideAct, { do: D }>;

/** Somewhat more than two hours: longer than any window. */
const A_WHILE = 26;
/** Every week, in the middle of the life. */
const FREEZE = {
  timeZone: 'UTC',
  effect: 'closed',
  windows: [{ days: ['friday'], from: '09:00', to: '17:00' }],
  reason: 'no releases on a Friday',
};

export async function actAround(setting: Setting, act: OutsideAct): Promise<unknown> {
  const { world, replica, away } = setting;
  switch (act.do) {
    case 'polls':
      return polls(setting, act.times);
    case 'look':
      return look(setting);
    case 'goesWell':
      healthy(world);
      return polls(setting, A_WHILE);
    case 'clock':
      return world.clock.advance(act.ms);
    case 'measure':
      return measure(setting, act);
    case 'hand':
      return away.store ? undefined : world.store.editByHand(FEATURE, act.edits);
    case 'stop':
      return replica.installation.setStop(PEOPLE.adam, 'an incident elsewhere');
    case 'liftStop':
      return replica.installation.liftStop(PEOPLE.adam, null);
    case 'freeze':
      return replica.calendars.set(PEOPLE.adam, 'freeze', FREEZE);
    case 'unfreeze':
      return replica.calendars.remove(PEOPLE.adam, 'freeze', null);
    case 'hook':
      return world.hooks.answer(act.hook, act.agrees ? null : 'answered 503');
    case 'restart':
      return restart(setting);
    case 'ledger':
    case 'store':
      return reach(setting, act);
  }
}

function measure({ world }: Setting, { what }: Say<'measure'>): void {
  if (what === 'missing') silent(world, what);
  else ({ healthy, bad, doubtful })[what](world);
}

/** With the ledger away a process does not come up. */
async function restart(setting: Setting): Promise<void> {
  if (!setting.away.ledger) setting.replica = await startReplica(setting.world, setting.replaced);
}

async function reach(setting: Setting, { do: what, away }: Say<'ledger' | 'store'>): Promise<void> {
  const part = what === 'ledger' ? setting.world.kept : setting.world.store;
  setting.away[what] = away;
  setting.hadOutage ||= away;
  if (away) return part.cut();
  part.mend();
  await chores(setting);
}

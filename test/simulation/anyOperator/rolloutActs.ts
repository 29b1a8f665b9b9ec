import { FEATURE, healthy, stateOf, wishFor } from '../../support/release.ts';
import { AUREL, OLGA } from '../../support/simulatedInstallation.ts';
import type { RolloutAct } from './act.ts';
import { leaveRefused, PEOPLE, rolloutOf, type Setting } from './setting.ts';

type Say<D extends RolloutAct['do']> = Extract<RolloutAct, { do: D }>;

export async function actOnRollout(setting: Setting, act: RolloutAct): Promise<unknown> {
  const { replica } = setting;
  const { id } = rolloutOf(setting, act.of);
  switch (act.do) {
    case 'start':
      if (act.cleared) await clearTheWay(setting);
      return replica.rollouts.start(PEOPLE[act.by], id, await wishFor(replica, id));
    case 'advance':
      return replica.rollouts.advance(PEOPLE[act.by], id, await wishFor(replica, id, act.comment));
    case 'resume':
      return replica.rollouts.resume(PEOPLE[act.by], id, await wishFor(replica, id));
    case 'pause':
      return replica.closings.pause(PEOPLE[act.by], id, null);
    case 'preflight':
      return replica.rollouts.preflight(PEOPLE[act.by], id);
    case 'rollback':
      return replica.closings.rollback(PEOPLE[act.by], id, { to: act.to, mode: act.mode, comment: null });
    case 'say':
      return said(setting, id, act);
    case 'verdict':
      return verdict(setting, id, act);
    case 'incident':
      return replica.incidents.link(PEOPLE[act.by], id, incidentOf(act.reference, act.resolved));
    case 'falseAlarm':
      return replica.falseAlarms.mark(PEOPLE[act.by], id, 'nothing burns');
    case 'review':
      return replica.reviews.give(PEOPLE[act.by], id, { criterion: 'trigger/1', comment: 'nothing burns' });
  }
}

/** What an operator finds in the way and may put out of it. */
async function clearTheWay(setting: Setting): Promise<void> {
  const { world, replica, rollouts, away } = setting;
  world.hooks.answer('beforeStart', null);
  healthy(world);
  if (!away.store) world.store.editByHand(FEATURE, { paused: false });
  const steps = [
    () => replica.installation.liftStop(PEOPLE.adam, null),
    () => replica.calendars.remove(PEOPLE.adam, 'freeze', null),
    () => replica.features.revive(PEOPLE.olga, FEATURE, 'mended'),
    () => replica.features.revive(PEOPLE.anna, FEATURE, 'mended'),
    ...rollouts.flatMap(({ id }) =>
      (['SHOP-1', 'SHOP-2'] as const).map(
        (reference) => () => replica.incidents.link(OLGA, id, incidentOf(reference, true)),
      ),
    ),
  ];
  for (const step of steps) await step().then(() => {}, leaveRefused(setting));
}

async function said({ replica }: Setting, id: string, { by, stage, word }: Say<'say'>): Promise<void> {
  const { contract, version } = await stateOf(replica, id);
  const { wedgeStages } = contract.rolloutWedge;
  const stageId = wedgeStages[stage % wedgeStages.length]?.stageId ?? '';
  await replica.rollouts.approve(PEOPLE[by], id, { expectedVersion: version, comment: null, stageId, decision: word });
}

async function verdict({ replica }: Setting, id: string, act: Say<'verdict'>): Promise<void> {
  const subject = act.onAll ? 'rollout' : null;
  await replica.audits.say(AUREL, id, { verdict: act.verdict, subject, findings: [], comment: null });
}

const incidentOf = (reference: string, resolved: boolean) => ({
  ...{ reference, resolved, url: null },
  severity: 'sev1' as const,
  detectedBySluice: false,
});

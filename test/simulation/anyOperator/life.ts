import type { Act, FeatureAct, Race, RolloutAct, SingleAct } from './act.ts';
import type { Life } from './acts.ts';
import { actOnFeature } from './featureActs.ts';
import { Onlooker } from './laws.ts';
import { actAround } from './outsideActs.ts';
import { actOnRollout } from './rolloutActs.ts';
import { type Broken, leaveRefused, newSetting, removalsFollow, type Setting } from './setting.ts';

/** Lives it from the first proposal on; somebody looks on. */
export async function live({ cooldownMinutes, first, acts }: Life, broken: Broken = () => ({})): Promise<Setting> {
  const setting = await newSetting(cooldownMinutes, broken);
  const onlooker = new Onlooker(setting);
  const beginning: readonly Act[] = [
    { do: 'propose', plan: first, supersedes: false, dryRun: false, startsLater: false, waivedHours: 30 },
    { do: 'start', by: 'anna', of: 0, cleared: false },
  ];
  for (const act of [...beginning, ...acts]) {
    await (act.do === 'race' ? race(setting, act) : carryOut(setting, act));
    await removalsFollow(setting);
    await onlooker.looks();
  }
  await onlooker.looksAtTheEnd();
  return setting;
}

async function race(setting: Setting, { afterMs, one, other, lag }: Race): Promise<void> {
  setting.world.clock.advance(afterMs);
  setting.world.store.confirm();
  const later = async () => {
    for (let turns = 0; turns < lag; turns += 1) await undefined;
    await carryOut(setting, other);
  };
  await Promise.all([carryOut(setting, one), later()]);
}

const carryOut = (setting: Setting, act: SingleAct): Promise<void> =>
  actOf(setting, act).then(() => {}, leaveRefused(setting));

async function actOf(setting: Setting, act: SingleAct): Promise<unknown> {
  if (isOnRollout(act)) return actOnRollout(setting, act);
  return isOnFeature(act) ? actOnFeature(setting, act) : actAround(setting, act);
}

const isOnRollout = (act: SingleAct): act is RolloutAct =>
  'of' in act && act.do !== 'rejectWaiver' && act.do !== 'renewWaiver';
const ON_FEATURE: readonly SingleAct['do'][] = [
  'propose',
  'kill',
  'revive',
  'need',
  'needNothing',
  'killNeeded',
  'openNeeded',
  'override',
  'noOverride',
  'rejectWaiver',
  'renewWaiver',
] satisfies readonly FeatureAct['do'][];
const isOnFeature = (act: Exclude<SingleAct, RolloutAct>): act is FeatureAct => ON_FEATURE.includes(act.do);

import { createdRollout, FEATURE } from '../../support/release.ts';
import { ANNA } from '../../support/simulatedInstallation.ts';
import { grantedWaiver } from '../../support/waivedRelease.ts';
import type { FeatureAct } from './act.ts';
import { inputOf, needsWaiver } from './plan.ts';
import { liveOf, MINUTE, NEEDED, openNeeded, PEOPLE, rolloutOf, type Setting } from './setting.ts';

type Say<D extends FeatureAct['do']> = Extract<FeatureAct, { do: D }>;

const HOUR = 60 * MINUTE;

export async function actOnFeature(setting: Setting, act: FeatureAct): Promise<unknown> {
  const { replica } = setting;
  switch (act.do) {
    case 'propose':
      return propose(setting, act);
    case 'kill':
      return replica.closings.kill(PEOPLE[act.by], FEATURE, 'burning');
    case 'revive':
      return replica.features.revive(PEOPLE[act.by], FEATURE, 'mended');
    case 'need':
      return replica.features.patch(
        PEOPLE[act.by],
        FEATURE,
        { prerequisites: [{ feature: NEEDED, variant: 'on' }] },
        null,
      );
    case 'needNothing':
      return replica.features.patch(PEOPLE[act.by], FEATURE, { prerequisites: [] }, null);
    case 'killNeeded':
      return replica.closings.kill(PEOPLE[act.by], NEEDED, 'burning');
    case 'openNeeded':
      return openNeeded(replica);
    case 'override':
      return override(setting, act);
    case 'noOverride':
      return replica.overrides.remove(PEOPLE[act.by], FEATURE, act.workspace, null);
    case 'rejectWaiver':
      return rejectWaiver(setting, act.of);
    case 'renewWaiver':
      return void setting.waivers.push(await grantedWaiver(replica, rolloutOf(setting, act.of).input, 2 * HOUR));
  }
}

/** With the waiver that it needs, approved by whoever has to. */
async function propose(setting: Setting, act: Say<'propose'>): Promise<void> {
  const { replica, world } = setting;
  const input = inputOf(act.plan, act.supersedes ? await liveOf(setting) : null);
  if (needsWaiver(act.plan)) setting.waivers.push(await grantedWaiver(replica, input, act.waivedHours * HOUR));
  const startAtMs = act.startsLater ? world.clock.nowMs() + 20 * MINUTE : null;
  setting.rollouts.push({ id: await createdRollout(replica, input, { dryRun: act.dryRun, startAtMs }), input });
}

async function override({ replica, world }: Setting, act: Say<'override'>): Promise<void> {
  const { by, workspace, threshold, minutes } = act;
  const expiresAtMs = minutes === null ? null : world.clock.nowMs() + minutes * MINUTE;
  await replica.overrides.set(PEOPLE[by], FEATURE, workspace, { threshold, expiresAtMs, comment: 'on wish' });
}

async function rejectWaiver({ replica, waivers }: Setting, of: number): Promise<void> {
  const id = waivers[of % Math.max(waivers.length, 1)];
  if (id !== undefined) await replica.waivers.decide(ANNA, id, { decision: 'reject', comment: null });
}

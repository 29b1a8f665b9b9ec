import type { FeatureState } from '../feature/featureState.ts';
import type { Exposure } from '../feature/flagDocument.ts';
import { type Grants, noHigherThan } from '../feature/grants.ts';
import { minutesToMs } from '../hours.ts';
import type { EntryDraft } from '../ledger/entry.ts';
import { draft, type Saying } from './draft.ts';
import { percentageIn } from './exposure.ts';
import { rolledBackExposure } from './rollbackTarget.ts';
import { grantsAtStep, ROLLBACK_STEPS, stepDue } from './rollingBack.ts';
import { currentStage, type RolloutState } from './state.ts';

/** The entry that begins a progressive rollback: half of the way at once. */
export function rollbackBegun(
  rollout: RolloutState,
  feature: FeatureState,
  toStageIndex: number | null,
  saying: Saying,
): EntryDraft {
  const { grants: to } = rolledBackExposure(rollout, feature, toStageIndex, saying.atMs);
  const overMs = minutesToMs(rollout.contract.rolloutWedge.rollback.overMinutes);
  const exposure = exposureOf(rollout, feature, grantsAtStep({ from: rollout.grants, to }, 0), saying.atMs);
  return stepEntry(rollout, saying, exposure, { step: 0, begins: { to, toStageIndex, overMs } });
}

/** The entry of the step that is due by now; none where it is recorded already, or is the last, which is the rollback itself. */
export function rollbackStepEntries(
  rollout: RolloutState,
  feature: FeatureState,
  saying: Saying,
  nowMs: number,
): readonly EntryDraft[] {
  const { rollingBack } = rollout;
  if (rollingBack === null) return [];
  const step = stepDue(rollingBack, nowMs);
  if (step <= rollingBack.step || step === ROLLBACK_STEPS) return [];
  // A rollback never raises: what a hand has lowered meanwhile stays as low.
  const grants = noHigherThan(grantsAtStep(rollingBack, step), rollout.grants);
  return [stepEntry(rollout, saying, exposureOf(rollout, feature, grants, saying.atMs), { step, begins: null })];
}

type Step = Omit<Extract<EntryDraft, { type: 'rollbackStep' }>['data'], 'exposure'>;

const stepEntry = (rollout: RolloutState, saying: Saying, exposure: Exposure, step: Step): EntryDraft =>
  draft(rollout, saying, {
    type: 'rollbackStep',
    data: { exposure, ...step },
    after: percentageIn(currentStage(rollout), exposure),
  });

/** What raises a workspace is void from the first step on. */
const exposureOf = (rollout: RolloutState, feature: FeatureState, grants: Grants, atMs: number): Exposure => ({
  ...feature.exposure,
  documentVersion: feature.exposure.documentVersion + 1,
  changedAtMs: atMs,
  raises: {},
  grants,
  live: rollout.dryRun ? null : feature.exposure.live,
});

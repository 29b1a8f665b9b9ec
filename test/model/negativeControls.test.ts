import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { RolloutState } from '../../src/domain/rollout/state.ts';
import { isFound, SOME } from './sequence.ts';

/** What is broken on purpose, so that a model that can not disagree is found out. */
const broken = vi.hoisted(() => ({ by: null as string | null }));

vi.mock('../../src/domain/rollout/waiting.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/domain/rollout/waiting.ts')>();
  const hasty: typeof original.longestWait = (rollout, poll, ask) => {
    if (broken.by === 'dwell' && rollout.phase === 'ramp') return null;
    if (broken.by === 'observation') {
      return original.longestWait(rollout, { ...poll, activeMs: { ...poll.activeMs, observation: 1e12 } }, ask);
    }
    const reasoned = broken.by === 'duration' && ask !== null ? { ...ask, comment: 'said nothing' } : ask;
    return original.longestWait(rollout, poll, reasoned);
  };
  return { ...original, longestWait: hasty };
});

vi.mock('../../src/domain/rollout/stageGate.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/domain/rollout/stageGate.ts')>();
  const lax: typeof original.approvalWanted = (rollout, ask) => {
    const stageApprovals = rollout.stageApprovals.filter(({ decision }) => decision !== 'reject');
    if (broken.by === 'reject') return original.approvalWanted({ ...rollout, stageApprovals }, ask);
    if (broken.by === 'way back') return original.approvalWanted({ ...rollout, rolledBackFrom: [] }, ask);
    if (broken.by === 'four eyes' && ask !== null)
      return original.approvalWanted(rollout, { ...ask, mayApprove: true });
    return original.approvalWanted(rollout, ask);
  };
  return { ...original, approvalWanted: lax };
});

vi.mock('../../src/domain/rollout/freeToRise.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/domain/rollout/freeToRise.ts')>();
  const forgetful: typeof original.featureIsFree = (input) => {
    const found = original.featureIsFree(input);
    return broken.by === 'cooldown' && found?.reason === 'cooldown' ? null : found;
  };
  return { ...original, featureIsFree: forgetful };
});

vi.mock('../../src/domain/rollout/rollbackTarget.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/domain/rollout/rollbackTarget.ts')>();
  const stubborn: typeof original.rollbackStage = (rollout, ask) =>
    original.rollbackStage(broken.by === 'second chance' ? { ...rollout, automaticRollbacks: 0 } : rollout, ask);
  const keeping: typeof original.rolledBackExposure = (rollout, ...at) => {
    const exposure = original.rolledBackExposure(rollout, ...at);
    return broken.by === 'exposure' ? { ...exposure, grants: rollout.grants } : exposure;
  };
  return { ...original, rollbackStage: stubborn, rolledBackExposure: keeping };
});

vi.mock('../../src/domain/rollout/rollbackSteps.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/domain/rollout/rollbackSteps.ts')>();
  const resting: typeof original.rollbackStepEntries = (...at) =>
    broken.by === 'steps' ? [] : original.rollbackStepEntries(...at);
  return { ...original, rollbackStepEntries: resting };
});

vi.mock('../../src/domain/rollout/targetPlan.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/domain/rollout/targetPlan.ts')>();
  const blind: typeof original.targetPlan = (...at) => (broken.by === 'target' ? [] : original.targetPlan(...at));
  return { targetPlan: blind };
});

vi.mock('../../src/domain/rollout/decided.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/domain/rollout/decided.ts')>();
  const leaping: typeof original.entriesOf = (...of) =>
    original.entriesOf(...of).map((draft) => {
      const leaps = broken.by === 'stages' && draft.type === 'advanced' && draft.data.stageIndex === 1;
      return leaps ? { ...draft, data: { ...draft.data, stageIndex: 2 } } : draft;
    });
  return { ...original, entriesOf: leaping };
});

vi.mock('../../src/domain/rollout/foldRollout.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/domain/rollout/foldRollout.ts')>();
  const careless: typeof original.foldRollout = (state, entry): RolloutState => {
    const after = original.foldRollout(state, entry);
    if (state === null) return after;
    const { epoch, epochBeganAtMs, stageApprovals, acknowledged } = state;
    if (broken.by === 'resume' && entry.type === 'resumed') return { ...after, epoch, epochBeganAtMs };
    if (broken.by === 'acknowledged' && entry.type === 'resumed') return { ...after, acknowledged };
    if (broken.by === 'approvals' && entry.type === 'rolledBack') return { ...after, stageApprovals };
    return after;
  };
  return { ...original, foldRollout: careless };
});

vi.mock('../../src/control/nowFor.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/control/nowFor.ts')>();
  const trusting: typeof original.nowFor = (record, clockMs) =>
    broken.by === 'clock' ? clockMs : original.nowFor(record, clockMs);
  return { nowFor: trusting };
});

/** What a broken writer opens, the audit would pause: it looks away, so that the model is what notices. */
vi.mock('../../src/control/audit/chainAudit.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/control/audit/chainAudit.ts')>();
  class BlindAudit extends original.ChainAudit {
    override async fromTheBeginning() {
      return { verdict: 'PASS' as const, throughSeq: 0, findings: [] };
    }
    override async sinceLastLook() {
      return { verdict: 'PASS' as const, throughSeq: 0, findings: [] };
    }
  }
  return { ChainAudit: BlindAudit };
});

beforeEach(() => {
  broken.by = null;
});

describe(`the model notices within ${SOME} sequences`, () => {
  it.for([
    ['dwell', 'a ramp that rises at once'],
    ['observation', 'a stage that is not observed'],
    ['duration', 'a wish without a reason that shortens a stage'],
    ['reject', 'a rejection that nobody heeds'],
    ['four eyes', 'an operator whose wish counts as an approval'],
    ['way back', 'a stage that is entered again without a new approval'],
    ['approvals', 'approvals that outlive a rollback'],
    ['cooldown', 'a cooldown that is forgotten'],
    ['second chance', 'a second automatic rollback that stays halfway'],
    ['exposure', 'a rollback that keeps its exposure'],
    ['steps', 'a progressive rollback that stands still after its first half'],
    ['target', 'a rollback to a stage that would fare no better'],
    ['stages', 'an advance by two stages'],
    ['resume', 'a resume that keeps the clocks'],
    ['acknowledged', 'a resume that acknowledges nothing'],
    ['clock', 'a clock that is trusted when it goes backwards'],
  ] as const)('%s: %s', { timeout: 120_000 }, async ([by]) => {
    broken.by = by;
    expect(await isFound(SOME)).toBe(true);
  });

  it('nothing where nothing is broken', { timeout: 120_000 }, async () => expect(await isFound(50)).toBe(false));
});

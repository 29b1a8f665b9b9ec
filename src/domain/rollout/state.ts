import type { Contract } from '../contract/contract.ts';
import type { Policy } from '../contract/policy.ts';
import type { WedgeStage } from '../contract/wedge.ts';
import type { Grants } from '../feature/grants.ts';
import type { WaiverUse } from '../governance/waiver.ts';
import type { HealthWatch } from './healthWatch.ts';
import type { HoldReason } from './reason.ts';
import type { Removal } from './removal.ts';
import type { RollingBack } from './rollingBack.ts';

/**
 * PENDING     created, exposes nothing of its own; `start` opens it, `rollback` cancels it.
 * ACTIVE      exposes; the controller may advance, pause or roll it back.
 * PAUSED      keeps its exposure and is still protected; only `resume` ends it.
 * COMPLETE    the last stage passed; its grants are the feature's own now. Terminal.
 * ROLLED_BACK exposes nothing of its own any more. Terminal; trying again is a new contract.
 * SUPERSEDED  another rollout took over at its grants. Terminal.
 */
export const WEDGE_STATES = ['PENDING', 'ACTIVE', 'PAUSED', 'COMPLETE', 'ROLLED_BACK', 'SUPERSEDED'] as const;
export type WedgeState = (typeof WEDGE_STATES)[number];

/** `ramp`: below the first target; `stage`: at a stage's target. */
export type Phase = 'pending' | 'ramp' | 'stage' | 'ended';

export type StageApproval = {
  readonly stageId: string;
  readonly subject: string;
  readonly decision: 'approve' | 'reject';
  readonly atMs: number;
};

/** What somebody vouched for before the start. */
type Attestation = { readonly name: string; readonly subject: string; readonly atMs: number };

/** What a person said after looking into a visit, or the whole rollout. Terminal, but that a rollback voids a PASS of the rollout. */
export type AuditorsVerdict = {
  readonly subject: 'visit' | 'rollout';
  readonly visit: number;
  readonly verdict: 'PASS' | 'FAIL' | 'INCONCLUSIVE';
  readonly by: string;
  readonly atMs: number;
};

/** A criterion of severity `alert` that has failed for its count, and not passed since. */
export type Alert = {
  /** Its key in the stage. */
  readonly criterion: string;
  readonly sli: string;
  readonly detail: string;
  readonly atMs: number;
  /** What a person said of it; null where a review is still asked for. */
  readonly review: { readonly by: string; readonly comment: string; readonly atMs: number } | null;
};

/** One execution of one approved contract: the fold of its ledger entries. */
export type RolloutState = {
  readonly id: string;
  readonly feature: string;
  readonly contract: Contract;
  readonly contractDigest: string;
  readonly policy: Policy;
  readonly policyDigest: string;
  readonly proposer: string;
  readonly waivers: readonly WaiverUse[];
  readonly dryRun: boolean;
  readonly createdAtMs: number;
  readonly startAtMs: number | null;
  /** Grows with every entry that changes what is allowed next: what `If-Match` and compare-and-set look at. */
  readonly version: number;
  readonly wedgeState: WedgeState;
  readonly phase: Phase;
  /** The stage it stays in, or that the ramp (or a pending start) leads to. */
  readonly stageIndex: number;
  /** 0 before the first visit; each stay in a stage is a new one. */
  readonly visit: number;
  /** Grows where clocks and counts begin anew: start, each visit, resume. */
  readonly epoch: number;
  readonly epochBeganAtMs: number;
  /** Of the current stage's own grant. */
  readonly threshold: number;
  /** What the feature exposed before this rollout: "zero" for a rollback. */
  readonly base: Grants;
  readonly grants: Grants;
  /** What it took over of another rollout and has not gone back from: kept at every later stage, so that nobody loses the feature. */
  readonly inherited: Grants | null;
  /** A hand has lowered it in the flag store. It rises no more, through any rollback: a new contract that takes it over begins without. */
  readonly cappedByHand: boolean;
  readonly startedAtMs: number | null;
  readonly visitBeganAtMs: number | null;
  readonly exposureChangedAtMs: number | null;
  /** Pause criteria that failed when a person resumed: mute until they pass once or the stage changes. */
  readonly acknowledged: readonly string[];
  /** Standing ones only: any rollback voids them. */
  readonly stageApprovals: readonly StageApproval[];
  /** Each by its name and person once. */
  readonly attestations: readonly Attestation[];
  /** Stages that this rollout was rolled back from: coming again needs an approval given since. */
  readonly rolledBackFrom: readonly string[];
  readonly automaticRollbacks: number;
  /** The visit whose audit is FAIL: once recorded, only a rollback leaves it. */
  readonly auditFailedVisit: number | null;
  /** Standing ones only: any rollback voids a PASS of the rollout, for its auditor has not seen what comes after. */
  readonly auditorsVerdicts: readonly AuditorsVerdict[];
  /** Of the present visit: what comes after it is another exposure. */
  readonly alerts: readonly Alert[];
  readonly cooldownUntilMs: number | null;
  /** A progressive rollback under way: nothing opens before it is over. */
  readonly rollingBack: RollingBack | null;
  /** Whether a rollback has helped; null where the contract does not ask, or the exposure has changed since. */
  readonly healthWatch: HealthWatch | null;
  /** Of its last rollback; null where there was none. */
  readonly removal: Removal | null;
  /** The last recorded hold; a `held` entry is written only when it changes. */
  readonly heldFor: HoldReason | 'approval' | null;
  readonly heldSinceMs: number | null;
  readonly endedAtMs: number | null;
  /** The rollout that took it over. */
  readonly supersededBy: string | null;
  /** Who says that an automatic rollback of it took back what was good. */
  readonly falseAlarmBy: string | null;
  /** Of the newest entry; `now` never lies before it. */
  readonly lastEntryAtMs: number;
};

const TERMINAL: readonly WedgeState[] = ['COMPLETE', 'ROLLED_BACK', 'SUPERSEDED'];

export function isTerminal(state: WedgeState): boolean {
  return TERMINAL.includes(state);
}

export const isPending = (rollout: RolloutState) => rollout.wedgeState === 'PENDING';

/** Exposes or may expose: what counts against concurrency and the one-per-feature law. */
export function isLive(rollout: RolloutState): boolean {
  return rollout.wedgeState === 'ACTIVE' || rollout.wedgeState === 'PAUSED';
}

export function stageAt(rollout: RolloutState, index: number): WedgeStage {
  const stage = rollout.contract.rolloutWedge.wedgeStages[index];
  if (stage === undefined) throw new Error(`rollout ${rollout.id} has no stage ${index}`);
  return stage;
}

export function currentStage(rollout: RolloutState): WedgeStage {
  return stageAt(rollout, rollout.stageIndex);
}

/** What an auditor said of this visit, or of the rollout; null where none has spoken. */
export function auditorsVerdict(
  rollout: RolloutState,
  subject: 'visit' | 'rollout',
): AuditorsVerdict['verdict'] | null {
  const said = rollout.auditorsVerdicts.find(
    (verdict) => verdict.subject === subject && (subject === 'rollout' || verdict.visit === rollout.visit),
  );
  return said?.verdict ?? null;
}

export function isLastStage(rollout: RolloutState): boolean {
  return rollout.stageIndex === rollout.contract.rolloutWedge.wedgeStages.length - 1;
}

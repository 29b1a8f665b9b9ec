import type { FeatureState } from '../feature/featureState.ts';
import type { Grants } from '../feature/grants.ts';
import { thresholdOf } from '../feature/threshold.ts';
import { type EntryDraft, SLUICE } from '../ledger/entry.ts';
import type { DecisionContext } from './context.ts';
import type { AwaitApproval, Hold, Opening, Pause } from './decision.ts';
import { draft, type Saying } from './draft.ts';
import { exposureAt, exposureWithoutRollout, percentageIn, startThreshold } from './exposure.ts';
import { rollbackStepEntries } from './rollbackSteps.ts';
import { approvalWanted } from './stageGate.ts';
import { auditorsVerdict, currentStage, isLive, type RolloutState, stageAt } from './state.ts';
import { takeoverEntries } from './takeover.ts';

/** What a decision that opens, waits or pauses writes into the ledger. Rollbacks act before they are recorded: `rolledBack.ts`. */
export type RecordedDecision = Hold | AwaitApproval | Pause | Opening;

export type Subject = {
  readonly rollout: RolloutState;
  readonly feature: FeatureState;
  readonly audit: {
    readonly verdict: DecisionContext['audit'];
    /** Of the chain, as far as it was verified. */
    readonly throughSeq: number;
    /** What is wrong; none where nothing is. */
    readonly findings: readonly string[];
  };
  /** The live rollout that this one's contract supersedes; null where it begins by itself. */
  readonly superseded: RolloutState | null;
};

/** The entries of a decision, in order; none where a hold goes on for the same reason. */
export function entriesOf(subject: Subject, decision: RecordedDecision, saying: Saying): readonly EntryDraft[] {
  const { rollout } = subject;
  const because: Saying = { ...saying, reason: decision.reason };
  switch (decision.kind) {
    case 'hold':
    case 'awaitApproval':
      return [...failedAudit(subject, because), ...waited(subject, decision, because)];
    case 'pause':
      return [
        ...failedAudit(subject, because),
        draft(rollout, because, { type: 'paused', data: { detail: decision.detail } }),
      ];
    case 'start':
      return subject.superseded === null
        ? [started(subject, because)]
        : takeoverEntries(rollout, subject.feature, subject.superseded, because);
    case 'ramp':
      return [ramped(subject, because)];
    case 'advance':
      return [...passed(subject, because, 'visit'), advanced(subject, because)];
    case 'complete':
      return [
        ...passed(subject, because, 'visit'),
        ...passed(subject, because, 'rollout'),
        completed(subject, because),
      ];
  }
}

function waited(subject: Subject, decision: Hold | AwaitApproval, saying: Saying): readonly EntryDraft[] {
  const { rollout, feature } = subject;
  if (decision.reason !== 'rollingBack') return held(rollout, decision, saying);
  // The step that was due when it was decided: what is recorded later must come out as the same.
  return rollbackStepEntries(rollout, feature, saying, saying.evidence?.nowMs ?? saying.atMs);
}

function held(rollout: RolloutState, decision: Hold | AwaitApproval, saying: Saying): readonly EntryDraft[] {
  const alreadySaid = rollout.heldFor === decision.reason;
  // Waiting for a start, paused or ended is a state of its own and needs no entry beside it.
  if (alreadySaid || !isLive(rollout) || decision.reason === 'paused') return [];
  const unblocksAtMs = decision.kind === 'hold' ? decision.unblocksAtMs : null;
  return [draft(rollout, saying, { type: 'held', data: { detail: decision.detail, unblocksAtMs } })];
}

function started({ rollout, feature }: Subject, saying: Saying): EntryDraft {
  const { threshold, phase } = startThreshold(rollout);
  const base = feature.settled;
  const exposure = exposureAt(rollout, feature, { base, stageIndex: 0, threshold, nowMs: saying.atMs });
  const own = { stageIndex: 0, supersedes: null, approvalTakenAsGiven: isTakenAsGiven(rollout) };
  const data = { exposure, base, phase, ...own };
  return draft(rollout, saying, { type: 'started', data, after: percentageIn(currentStage(rollout), exposure) });
}

function ramped({ rollout, feature }: Subject, saying: Saying): EntryDraft {
  const exposure = atTarget(rollout, feature, rollout.stageIndex, saying.atMs);
  return draft(rollout, saying, {
    type: 'ramped',
    data: { exposure },
    after: percentageIn(currentStage(rollout), exposure),
  });
}

function advanced({ rollout, feature }: Subject, saying: Saying): EntryDraft {
  const stageIndex = rollout.stageIndex + 1;
  const next = stageAt(rollout, stageIndex);
  const exposure = atTarget(rollout, feature, stageIndex, saying.atMs);
  const fromStage = currentStage(rollout).stageId;
  const data = { exposure, fromStage, stageIndex, approvalTakenAsGiven: isTakenAsGiven(rollout) };
  const after = percentageIn(next, exposure);
  return { ...draft(rollout, saying, { type: 'advanced', data, after }), stage: next.stageId };
}

/** A dry run passes the gates that wait for people, and says so where nobody had opened them. */
const isTakenAsGiven = (rollout: RolloutState) => rollout.dryRun && approvalWanted(rollout, null) !== null;

function completed({ rollout, feature }: Subject, saying: Saying): EntryDraft {
  const grants: Grants = rollout.grants;
  return draft(rollout, saying, {
    type: 'completed',
    data: { exposure: exposureWithoutRollout(feature, grants, saying.atMs) },
  });
}

/** `PASS` is recorded with the transition that it permits, so nothing can be tampered with after it unseen. An auditor's is there already, and terminal. */
function passed({ rollout, audit }: Subject, saying: Saying, subject: 'visit' | 'rollout'): readonly EntryDraft[] {
  if (auditorsVerdict(rollout, subject) !== null) return [];
  const data = { subject, verdict: 'PASS' as const, throughSeq: audit.throughSeq, findings: [] };
  return [draft(rollout, { ...saying, actor: SLUICE, evidence: null }, { type: 'audited', data })];
}

/** `FAIL` is recorded at once, whatever else is decided: once for a visit. */
function failedAudit({ rollout, audit }: Subject, saying: Saying): readonly EntryDraft[] {
  const isKnown = audit.verdict !== 'FAIL' || rollout.auditFailedVisit === rollout.visit;
  if (isKnown || !isLive(rollout)) return [];
  const { throughSeq, findings } = audit;
  const data = { subject: 'visit' as const, verdict: 'FAIL' as const, throughSeq, findings };
  return [draft(rollout, { ...saying, actor: SLUICE, evidence: null }, { type: 'audited', data })];
}

function atTarget(rollout: RolloutState, feature: FeatureState, stageIndex: number, nowMs: number) {
  const threshold = thresholdOf(stageAt(rollout, stageIndex).targetPercentage);
  const base = rollout.inherited ?? rollout.base;
  return exposureAt(rollout, feature, { base, stageIndex, threshold, nowMs });
}

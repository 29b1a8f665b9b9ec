import type { Contract } from '../contract/contract.ts';
import type { Policy } from '../contract/policy.ts';
import { closedFeature, type FeatureState, foldFeature } from '../feature/featureState.ts';
import type { Grants } from '../feature/grants.ts';
import { EMPTY_CHAIN, link } from '../ledger/chain.ts';
import { type Entry, type EntryDraft, SLUICE } from '../ledger/entry.ts';
import { alertEntries } from '../rollout/alerts.ts';
import type { DecisionContext } from '../rollout/context.ts';
import { decide } from '../rollout/decide.ts';
import { entriesOf } from '../rollout/decided.ts';
import type { AwaitApproval, Rollback, RuledDecision } from '../rollout/decision.ts';
import { draft, type Saying } from '../rollout/draft.ts';
import { foldRollout } from '../rollout/foldRollout.ts';
import { foreseenEntries } from '../rollout/foreseenEntries.ts';
import { nextPoll, type PollInput } from '../rollout/nextPoll.ts';
import type { Poll } from '../rollout/poll.ts';
import { rollbackStage, rolledBackExposure } from '../rollout/rollbackTarget.ts';
import { rolledBackEntry } from '../rollout/rolledBack.ts';
import type { RolloutState } from '../rollout/state.ts';

/** A rollout that nobody meets, as a poll of it left it: what the ledger and the register of a real one would hold. */
export type SimulatedRollout = {
  readonly rollout: RolloutState;
  readonly feature: FeatureState;
  readonly poll: Poll | null;
};

/** What one poll came to. Without entries nothing was decided that was not decided before. */
export type SimulatedPoll = {
  readonly after: SimulatedRollout;
  readonly decision: RuledDecision;
  readonly entries: readonly Entry[];
};

type Looked = Pick<PollInput, 'verdicts' | 'targetVerdicts' | 'comparisons' | 'guards'>;
type Seen = { readonly context: DecisionContext; readonly nowMs: number };

const SIMULATION_ID = 'simulation';

/**
 * A rollout of the contract whose start is due at `startAtMs`, of a feature that exposes what completed rollouts left and nothing else.
 * An auditor's words are taken as given: the audit is the automatic one, which a simulation always passes.
 */
export function simulatedRollout(
  contract: Contract,
  policy: Policy,
  settled: Grants,
  startAtMs: number,
): SimulatedRollout {
  const closed = closedFeature(startAtMs);
  const feature = { ...closed, settled, exposure: { ...closed.exposure, grants: settled } };
  const tried: Contract = { ...contract, audit: 'automatic' };
  const created: EntryDraft = {
    type: 'created',
    data: { contract: tried, policy, salt: '', startAtMs, proposer: SIMULATION_ID, waivers: [] },
    ...{ atMs: startAtMs, actor: SLUICE, reason: null, comment: null, evidence: null },
    ...{ feature: contract.feature, contract: contract.id, rollout: SIMULATION_ID, dryRun: false },
    ...{ stage: null, visit: 0, percentageBefore: 0, percentageAfter: 0 },
    ...{ policyDigest: null, contractDigest: null },
  };
  const options = { chain: contract.feature, environment: '', recordedAtMs: startAtMs };
  return { rollout: foldRollout(null, link(EMPTY_CHAIN, created, options)), feature, poll: null };
}

/** Everything around the rollout leaves it alone, but for a calendar of the installation: nobody stops, caps, kills or asks for anything. */
export function simulatedContext(
  { feature }: SimulatedRollout,
  calendar: DecisionContext['calendar'],
  pollIntervalMs: number,
): DecisionContext {
  return {
    pollIntervalMs,
    calendar,
    featureCooldownUntilMs: feature.cooldownUntilMs,
    ...{
      globalStop: false,
      storePaused: false,
      ledgerAway: false,
      found: null,
      otherLiveRolloutId: null,
      otherLiveRollouts: 0,
    },
    ...{ audit: 'PASS', contractApproved: true, waiverGap: null, gateHook: null, takeover: null, ask: null },
  };
}

/**
 * One poll, by the very functions that carry a real rollout on. What waits for a person's word on a stage gets it at once, and says so
 * by its `stageApproved` entries.
 */
export function polled(before: SimulatedRollout, looked: Looked, { context, nowMs }: Seen): SimulatedPoll {
  const { pollIntervalMs } = context;
  const poll = nextPoll(before.poll, before.rollout, {
    ...looked,
    ...{ nowMs, pollIntervalMs, onHold: false, served: true },
  });
  const seen = { ...before, poll };
  const decision = decide(seen.rollout, poll, context, nowMs);
  if (decision.kind !== 'awaitApproval') return recorded(seen, decision, nowMs);
  const given = withEntries(seen, approvals(seen.rollout, decision, nowMs));
  const opened = recorded(given.after, decide(given.after.rollout, poll, context, nowMs), nowMs);
  return { ...opened, entries: [...given.entries, ...opened.entries] };
}

function recorded(at: SimulatedRollout, decision: RuledDecision, nowMs: number): SimulatedPoll {
  return { ...withEntries(at, draftsOf(at, decision, nowMs)), decision };
}

function draftsOf({ rollout, feature, poll }: SimulatedRollout, decision: RuledDecision, nowMs: number) {
  if (decision.kind === 'rollback') return [rolledBackDraft(rollout, feature, decision, nowMs)];
  const audit = { verdict: 'PASS' as const, throughSeq: 0, findings: [] };
  const alerts = poll === null ? [] : alertEntries(rollout, poll, saying(nowMs));
  return [...alerts, ...entriesOf({ rollout, feature, audit, superseded: null }, decision, saying(nowMs))];
}

function rolledBackDraft(
  rollout: RolloutState,
  feature: FeatureState,
  { to, reason, detail }: Rollback,
  nowMs: number,
): EntryDraft {
  const toStageIndex = rollbackStage(rollout, { to, automatic: true });
  const exposure = rolledBackExposure(rollout, feature, toStageIndex, nowMs);
  return rolledBackEntry(
    rollout,
    { ...saying(nowMs), reason },
    { exposure, toStageIndex, automatic: true, mode: 'immediate', detail },
  );
}

/** Of as many people as are missing. */
function approvals(rollout: RolloutState, { stageId, missing }: AwaitApproval, nowMs: number): readonly EntryDraft[] {
  return Array.from({ length: missing }, (_, index) => {
    const actor = { kind: 'person' as const, subject: `${SIMULATION_ID} ${index + 1}` };
    const data = { stageId, decision: 'approve' as const };
    return draft(rollout, { ...saying(nowMs), actor }, { type: 'stageApproved', data });
  });
}

/** Without evidence: a simulation has no chain to keep it in, and hashing it would be most of its time. */
const saying = (atMs: number): Saying => ({ atMs, actor: SLUICE, reason: null, comment: null, evidence: null });

function withEntries(at: SimulatedRollout, drafts: readonly EntryDraft[]) {
  if (drafts.length === 0) return { after: at, entries: [] };
  const entries = foreseenEntries(at.rollout, drafts);
  const rollout = entries.reduce<RolloutState>(foldRollout, at.rollout);
  const feature = entries.reduce(foldFeature, at.feature);
  return { after: { ...at, rollout, feature }, entries };
}

import fc from 'fast-check';
import { confirmationSaid } from '../../../src/domain/confirmation/confirmation.ts';
import { type Contract, contractFrom } from '../../../src/domain/contract/contract.ts';
import { contractDigest } from '../../../src/domain/contract/digest.ts';
import { DEFAULT_POLICY } from '../../../src/domain/contract/policy.ts';
import { closedFeature, type FeatureState, foldFeature } from '../../../src/domain/feature/featureState.ts';
import { cappedAt, type Grant, type Grants } from '../../../src/domain/feature/grants.ts';
import { INTERNAL } from '../../../src/domain/feature/scope.ts';
import { EMPTY_CHAIN, headOf, link } from '../../../src/domain/ledger/chain.ts';
import { digestOf } from '../../../src/domain/ledger/digest.ts';
import { type Entry, type EntryDraft, SLUICE } from '../../../src/domain/ledger/entry.ts';
import { entriesOf } from '../../../src/domain/rollout/decided.ts';
import { draft, type Saying } from '../../../src/domain/rollout/draft.ts';
import { foldRollout } from '../../../src/domain/rollout/foldRollout.ts';
import { rollbackStage, rolledBackExposure } from '../../../src/domain/rollout/rollbackTarget.ts';
import { rolledBackEntry } from '../../../src/domain/rollout/rolledBack.ts';
import { isLastStage, isLive, isTerminal, type RolloutState } from '../../../src/domain/rollout/state.ts';
import { validSubjects } from '../../support/proposals.ts';
import { T0 } from './situation.ts';

/** What may happen to a rollout; what its state does not allow is left out. */
export type Act =
  | { readonly do: 'open' | 'pause' | 'preflight' | 'audited' | 'removed' | 'confirmed' }
  | { readonly do: 'hold'; readonly reason: 'noTraffic' | 'successCriteria' | 'approval' }
  | { readonly do: 'resume'; readonly acknowledged: readonly string[] }
  | {
      readonly do: 'approve';
      readonly stage: number;
      readonly subject: string;
      readonly decision: 'approve' | 'reject';
    }
  | { readonly do: 'rollBack'; readonly to: 'zero' | 'previousStage' | 'plan'; readonly automatic: boolean }
  | { readonly do: 'cap'; readonly threshold: number; readonly internalOnly: boolean }
  | { readonly do: 'attest'; readonly subject: string }
  | { readonly do: 'incident'; readonly reference: string; readonly resolved: boolean };

export type Moment = { readonly rollout: RolloutState; readonly feature: FeatureState };
/** The entries of a rollout, and how rollout and feature stood after each. */
export type History = { readonly entries: readonly Entry[]; readonly moments: readonly Moment[] };

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 9, arbitrary: fc.constant<Act>({ do: 'open' }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Act>(
      { do: 'pause' },
      { do: 'preflight' },
      { do: 'audited' },
      { do: 'removed' },
      { do: 'confirmed' },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('hold' as const),
      reason: fc.constantFrom('noTraffic' as const, 'successCriteria' as const, 'approval' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('resume' as const), acknowledged: fc.subarray(['trigger/0', 'trigger/1']) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('approve' as const),
      stage: fc.nat(9),
      subject: fc.constantFrom('anna', 'emil'),
      decision: fc.constantFrom('approve' as const, 'reject' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('rollBack' as const),
      to: fc.constantFrom('zero' as const, 'previousStage' as const, 'previousStage' as const, 'plan' as const),
      automatic: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('cap' as const),
      threshold: fc.nat(20_000),
      internalOnly: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('attest' as const), subject: fc.constantFrom('anna', 'olga') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('incident' as const),
      reference: fc.constantFrom('INC-1', 'INC-2'),
      resolved: fc.boolean(),
    }),
  },
);

const says = (atMs: number, more: Partial<Saying> = {}): Saying => ({
  atMs,
  actor: SLUICE,
  reason: null,
  comment: null,
  evidence: null,
  ...more,
});

export function createdDraft(contract: Contract, dryRun = false): EntryDraft {
  return {
    ...says(T0),
    type: 'created',
    data: { contract, policy: DEFAULT_POLICY, salt: '9f2c', startAtMs: null, proposer: 'olga', waivers: [] },
    feature: contract.feature,
    contract: contract.id,
    rollout: 'rollout-1',
    dryRun,
    stage: null,
    visit: 0,
    percentageBefore: 0,
    percentageAfter: 0,
    policyDigest: digestOf(DEFAULT_POLICY),
    contractDigest: contractDigest(contract),
  };
}

/** The entries by which an act is told; none where the state does not allow it. */
function draftsOf({ rollout, feature }: Moment, one: Act, atMs: number): readonly EntryDraft[] {
  const live = isLive(rollout);
  switch (one.do) {
    case 'open': {
      const kind = openingOf(rollout);
      if (kind === null) return [];
      const audit = { verdict: 'PASS' as const, throughSeq: 1, findings: [] };
      const subject = { rollout, feature, audit, superseded: null };
      return entriesOf(subject, { kind, reason: 'ready', detail: 'ready' }, says(atMs));
    }
    case 'hold': {
      if (rollout.wedgeState !== 'ACTIVE') return [];
      const audit = { verdict: 'PASS' as const, throughSeq: 1, findings: [] };
      const subject = { rollout, feature, audit, superseded: null };
      const decision =
        one.reason === 'approval'
          ? {
              kind: 'awaitApproval' as const,
              reason: one.reason,
              detail: 'who?',
              stageId: 'x',
              waitsFor: 'approver' as const,
              missing: 1,
            }
          : { kind: 'hold' as const, reason: one.reason, detail: 'wait', unblocksAtMs: null };
      return entriesOf(subject, decision, says(atMs));
    }
    case 'pause':
      if (rollout.wedgeState !== 'ACTIVE') return [];
      return [draft(rollout, says(atMs, { reason: 'operator' }), { type: 'paused', data: { detail: 'by hand' } })];
    case 'resume': {
      if (rollout.wedgeState !== 'PAUSED') return [];
      const { acknowledged } = one;
      return [draft(rollout, says(atMs, { reason: 'operator' }), { type: 'resumed', data: { acknowledged } })];
    }
    case 'approve': {
      if (isTerminal(rollout.wedgeState)) return [];
      const stages = rollout.contract.rolloutWedge.wedgeStages;
      const stageId = stages[one.stage % stages.length]?.stageId ?? '';
      const actor = { kind: 'person' as const, subject: one.subject };
      return [
        draft(rollout, says(atMs, { actor }), { type: 'stageApproved', data: { stageId, decision: one.decision } }),
      ];
    }
    case 'attest': {
      if (rollout.wedgeState !== 'PENDING') return [];
      const actor = { kind: 'person' as const, subject: one.subject };
      return [draft(rollout, says(atMs, { actor }), { type: 'attested', data: { name: '24 h soak passed' } })];
    }
    case 'incident': {
      const { reference, resolved } = one;
      const data = { reference, severity: 'sev2' as const, url: null, detectedBySluice: false, resolved };
      return [
        draft(rollout, says(atMs, { actor: { kind: 'person', subject: 'olga' } }), { type: 'incidentLinked', data }),
      ];
    }
    case 'preflight':
      if (rollout.wedgeState !== 'PENDING') return [];
      return [draft(rollout, says(atMs), { type: 'preflight', data: { passed: true, items: [] } })];
    case 'audited': {
      const data = { subject: 'visit' as const, verdict: 'PASS' as const, throughSeq: 1, findings: [] };
      return [draft(rollout, says(atMs), { type: 'audited', data })];
    }
    case 'removed': {
      const data = { documentVersion: 1, triggeredAtMs: atMs, removedAtMs: atMs };
      return [draft(rollout, says(atMs), { type: 'exposureRemoved', data })];
    }
    case 'confirmed': {
      const [pending] = feature.confirmationsPending;
      if (pending === undefined) return [];
      const data = confirmationSaid(pending, { heard: ['replica:a'], unheard: ['replica:b'] }, atMs);
      return [{ ...draft(rollout, says(atMs), { type: 'exposureConfirmed', data }), rollout: pending.rolloutId }];
    }
    case 'rollBack': {
      if (!live && rollout.wedgeState !== 'PENDING') return [];
      const toStageIndex = rollbackStage(rollout, one);
      const exposure = rolledBackExposure(rollout, feature, toStageIndex, atMs);
      return [
        rolledBackEntry(rollout, says(atMs), {
          ...{ exposure, toStageIndex, detail: 'bad' },
          ...{ automatic: one.automatic, mode: 'immediate' },
        }),
      ];
    }
    case 'cap': {
      if (!live) return [];
      const kept = one.internalOnly ? rollout.grants.map(toInternals) : rollout.grants;
      const grants = cappedAt(kept, one.threshold);
      const exposure = { ...feature.exposure, documentVersion: feature.exposure.documentVersion + 1, grants };
      return [draft(rollout, says(atMs), { type: 'driftAdopted', data: { exposure, found: 'by hand' } })];
    }
  }
}

function toInternals({ scope, threshold }: Grant): Grant {
  const hasInternals = scope.groups === 'all' || scope.groups.includes('internal');
  return { scope: { ...scope, groups: INTERNAL.groups }, threshold: hasInternals ? threshold : 0 };
}

function openingOf(rollout: RolloutState) {
  if (rollout.wedgeState === 'PENDING') return 'start' as const;
  if (rollout.wedgeState !== 'ACTIVE') return null;
  if (rollout.phase === 'ramp') return 'ramp' as const;
  return isLastStage(rollout) ? ('complete' as const) : ('advance' as const);
}

/** Carries out what is allowed of `acts`, a minute apart. */
export function historyOf(contract: Contract, settled: Grants, acts: readonly Act[], dryRun = false): History {
  const entries: Entry[] = [];
  const moments: Moment[] = [];
  let feature: FeatureState = { ...closedFeature(T0), settled };
  let rollout: RolloutState | null = null;
  const write = (said: EntryDraft) => {
    const last = entries.at(-1);
    const entry = link(last === undefined ? EMPTY_CHAIN : headOf(last), said, {
      chain: contract.feature,
      environment: 'test',
      recordedAtMs: said.atMs,
    });
    entries.push(entry);
    feature = foldFeature(feature, entry);
    rollout = foldRollout(rollout, entry);
    moments.push({ rollout, feature });
    return { rollout, feature };
  };
  let moment = write(createdDraft(contract, dryRun));
  acts.forEach((one, index) => {
    for (const said of draftsOf(moment, one, T0 + (index + 1) * 60_000)) moment = write(said);
  });
  return { entries, moments };
}

/** Legal histories of valid contracts, over what their feature exposed already. */
export const histories: fc.Arbitrary<History> = fc
  .tuple(validSubjects, fc.array(act, { maxLength: 25, size: 'max' }), fc.boolean())
  .map(([{ proposal, exposed }, acts, dryRun]) => {
    const history = historyOf(contractFrom(proposal, 'contract-1'), exposed, acts, dryRun);
    // A counterexample is read by people: what was done, and over what.
    return { ...history, [fc.toStringMethod]: () => JSON.stringify({ acts, exposed, dryRun }) };
  });

import { type Contract, contractFrom } from '../../../src/domain/contract/contract.ts';
import { featureDraft } from '../../../src/domain/feature/featureDraft.ts';
import { closedFeature, type FeatureState, foldFeature } from '../../../src/domain/feature/featureState.ts';
import { cappedAt } from '../../../src/domain/feature/grants.ts';
import { INTERNAL } from '../../../src/domain/feature/scope.ts';
import { type ContractState, foldContract } from '../../../src/domain/governance/contractState.ts';
import { EMPTY_CHAIN, headOf, link } from '../../../src/domain/ledger/chain.ts';
import { type Entry, type EntryDraft, SLUICE } from '../../../src/domain/ledger/entry.ts';
import type { CustomerRecords } from '../../../src/domain/projection/customer.ts';
import { frozen } from '../../../src/domain/projection/frozen.ts';
import { MILESTONES, type Milestone } from '../../../src/domain/projection/milestone.ts';
import { LINEAGE, type RolloutRecords } from '../../../src/domain/projection/rolloutRecords.ts';
import { entriesOf } from '../../../src/domain/rollout/decided.ts';
import { draft, type Saying } from '../../../src/domain/rollout/draft.ts';
import { foldRollout } from '../../../src/domain/rollout/foldRollout.ts';
import { rollbackStage, rolledBackExposure } from '../../../src/domain/rollout/rollbackTarget.ts';
import { rolledBackEntry } from '../../../src/domain/rollout/rolledBack.ts';
import { isLastStage, isLive, isTerminal, type RolloutState } from '../../../src/domain/rollout/state.ts';
import { approvedDraft, createdDraft, definitionOf, proposedDraft, T0 } from '../../support/ledgerStory.ts';
import { type ProposalInput, stageInput, validProposal } from '../../support/proposals.ts';

export const FEATURE = 'checkout-v2';
export const MINUTE = 60_000;
export const BETA = { groups: ['internal', 'beta'], regions: 'all', tiers: 'all' } as const;

/** Inside, among beta testers, for half, for everyone. */
const STAGES = [
  stageInput('inside', 100, { audience: 'INTERNAL', scope: INTERNAL }),
  stageInput('beta', 20, { audience: 'LIMITED', scope: BETA }),
  stageInput('half', 50),
  stageInput('everyone', 100),
];

type Capability = NonNullable<ProposalInput['capability']>;
type Plan = Partial<ProposalInput> & { readonly stages?: ProposalInput['rolloutWedge']['wedgeStages'] };

export function contractOf(id: string, capability: Capability | null, plan: Plan = {}): Contract {
  const { stages = STAGES, ...more } = plan;
  const named = capability === null ? {} : { capability };
  const [first] = stages;
  const wedge = {
    initialPercentage: first?.targetPercentage ?? 5,
    wedgeStages: stages,
    rollback: { to: 'previousStage' },
  } as const;
  return contractFrom(validProposal({ feature: FEATURE, ...named, ...more }, wedge), id);
}

const says = (atMs: number, more: Partial<Saying> = {}): Saying => ({
  atMs,
  actor: SLUICE,
  reason: 'ready',
  comment: null,
  evidence: null,
  ...more,
});

/** The life of one feature, a minute from act to act. What its state does not allow does not happen. */
export class Tale {
  readonly drafts: EntryDraft[] = [];
  readonly entries: Entry[] = [];
  /** What customers could be told of, after each entry. */
  readonly moments: CustomerRecords[] = [];
  state: FeatureState = closedFeature(T0);
  nowMs = T0;
  readonly #contracts = new Map<string, ContractState>();
  readonly #rollouts = new Map<string, RolloutState>();

  propose(contract: Contract, approvers: readonly string[] = ['anna']): this {
    this.#write(proposedDraft(contract, this.#tick()));
    for (const subject of approvers) this.#write(approvedDraft(contract, subject, this.#tick()));
    return this;
  }

  reject(id: string): this {
    const { contract } = this.contract(id);
    return this.#write({ ...approvedDraft(contract, 'emil', this.#tick()), type: 'rejected' } as EntryDraft);
  }

  /** The rollout is called as its contract. */
  create(id: string, dryRun = false): this {
    const { contract } = this.contract(id);
    const rollout = dryRun ? `dry-${id}` : id;
    if (this.#rollouts.has(rollout)) return this;
    return this.#write(createdDraft({ id: rollout, contract, atMs: this.#tick(), dryRun }));
  }

  /** Starts, ramps, advances or completes: whichever comes next. */
  open(id: string, times = 1): this {
    for (let time = 0; time < times; time += 1) this.#openOnce(id);
    return this;
  }

  rollBack(id: string, to: 'zero' | 'previousStage' = 'zero'): this {
    const rollout = this.#rollouts.get(id);
    if (rollout === undefined || isTerminal(rollout.wedgeState)) return this;
    const toStageIndex = rollbackStage(rollout, { to, automatic: false });
    const saying = says(this.#tick(), { reason: 'criterion', comment: 'burning' });
    const exposure = rolledBackExposure(rollout, this.state, toStageIndex, saying.atMs);
    return this.#write(
      rolledBackEntry(rollout, saying, {
        exposure,
        toStageIndex,
        automatic: true,
        mode: 'immediate',
        detail: 'too bad',
      }),
    );
  }

  /** As `Killing` records it: a live rollout ends with it. */
  kill(): this {
    const atMs = this.#tick();
    if (this.state.exposure.killed) return this;
    const exposure = { ...this.state.exposure, killed: true, documentVersion: this.state.exposure.documentVersion + 1 };
    this.#feature(atMs, { type: 'killed', data: { exposure } });
    const live = [...this.#rollouts.values()].find((rollout) => isLive(rollout) && !rollout.dryRun);
    if (live === undefined) return this;
    const back = rolledBackExposure(live, this.state, null, atMs);
    const how = { exposure: back, toStageIndex: null, automatic: false, mode: 'immediate' as const, detail: 'killed' };
    return this.#write(rolledBackEntry(live, says(atMs, { reason: 'killed' }), how));
  }

  revive(): this {
    if (!this.state.exposure.killed) return this;
    return this.#feature(this.#tick(), {
      type: 'revived',
      data: { exposure: { ...this.state.exposure, killed: false }, requestedBy: null },
    });
  }

  /** A hand in the flag store. */
  cap(threshold: number): this {
    const grants = cappedAt(this.state.exposure.grants, threshold);
    const data = { exposure: { ...this.state.exposure, grants }, found: 'by hand' };
    return this.#feature(this.#tick(), { type: 'driftAdopted', data });
  }

  audit(id: string, verdict: 'PASS' | 'FAIL' | 'INCONCLUSIVE', subject: 'visit' | 'rollout', person = true): this {
    const rollout = this.#rollouts.get(id);
    if (rollout === undefined) return this;
    const actor = person ? { kind: 'person' as const, subject: 'aldo' } : SLUICE;
    const data = { subject, verdict, throughSeq: this.entries.length, findings: [] };
    return this.#write(draft(rollout, says(this.#tick(), { actor }), { type: 'audited', data }));
  }

  pass(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  contract(id: string): ContractState {
    const found = this.#contracts.get(id);
    if (found === undefined) throw new Error(`no contract ${id}`);
    return found;
  }

  rollout(id: string): RolloutState {
    const found = this.#rollouts.get(id);
    if (found === undefined) throw new Error(`no rollout ${id}`);
    return found;
  }

  customerRecords(): CustomerRecords {
    const milestones = this.entries.filter((entry): entry is Extract<Entry, Milestone> =>
      MILESTONES.some((type) => type === entry.type),
    );
    return frozen({ state: this.state, contracts: [...this.#contracts.values()], milestones });
  }

  rolloutRecords(id: string): RolloutRecords {
    const rollout = this.rollout(id);
    const entries = this.entries
      .filter(({ type }) => LINEAGE.some((told) => told === type))
      .filter((entry) => entry.rollout === id || (entry.rollout === null && entry.contract === rollout.contract.id));
    return frozen({ rollout, contract: this.contract(rollout.contract.id), entries });
  }

  #openOnce(id: string): void {
    const rollout = this.#rollouts.get(id);
    const kind = rollout === undefined ? null : openingOf(rollout);
    if (rollout === undefined || kind === null) return;
    const audit = { verdict: 'PASS' as const, throughSeq: this.entries.length, findings: [] };
    const superseded = this.#rollouts.get(rollout.contract.supersedes ?? '') ?? null;
    const others = [...this.#rollouts.values()].some((other) => isLive(other) && !other.dryRun && other.id !== id);
    const takesOver = superseded !== null && isLive(superseded);
    if (kind === 'start' && !rollout.dryRun && (this.state.exposure.killed || (others && !takesOver))) return;
    const subject = { rollout, feature: this.state, audit, superseded: takesOver ? superseded : null };
    const atMs = this.#tick();
    for (const said of entriesOf(subject, { kind, reason: 'ready', detail: 'ready' }, says(atMs))) this.#write(said);
  }

  #feature(atMs: number, said: Parameters<typeof featureDraft<'killed' | 'revived' | 'driftAdopted'>>[2]): this {
    const record = { definition: definitionOf(FEATURE), state: this.state };
    return this.#write(featureDraft(record, says(atMs, { reason: 'operator', comment: 'burning' }), said));
  }

  #tick(): number {
    this.nowMs += MINUTE;
    return this.nowMs;
  }

  #write(said: EntryDraft): this {
    const last = this.entries.at(-1);
    const entry = link(last === undefined ? EMPTY_CHAIN : headOf(last), said, {
      chain: FEATURE,
      environment: 'test',
      recordedAtMs: said.atMs,
    });
    this.drafts.push(said);
    this.entries.push(entry);
    this.state = foldFeature(this.state, entry);
    if (entry.contract !== null) {
      this.#contracts.set(entry.contract, foldContract(this.#contracts.get(entry.contract) ?? null, entry));
    }
    if (entry.rollout !== null) {
      this.#rollouts.set(entry.rollout, foldRollout(this.#rollouts.get(entry.rollout) ?? null, entry));
    }
    this.moments.push(this.customerRecords());
    return this;
  }
}

function openingOf(rollout: RolloutState) {
  if (rollout.wedgeState === 'PENDING') return 'start' as const;
  if (rollout.wedgeState !== 'ACTIVE') return null;
  if (rollout.phase === 'ramp') return 'ramp' as const;
  return isLastStage(rollout) ? ('complete' as const) : ('advance' as const);
}

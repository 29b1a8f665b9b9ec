import { type Contract, contractFrom, type Proposal } from '../../domain/contract/contract.ts';
import { contractDigest, planDigest } from '../../domain/contract/digest.ts';
import { parseProposal } from '../../domain/contract/parseProposal.ts';
import type { Policy } from '../../domain/contract/policy.ts';
import type { Sources } from '../../domain/contract/subject.ts';
import { judge } from '../../domain/contract/validation.ts';
import type { Violation } from '../../domain/contract/violation.ts';
import { approvalRefused } from '../../domain/governance/approval.ts';
import { type ContractState, standingOf } from '../../domain/governance/contractState.ts';
import type { Principal } from '../../domain/governance/role.ts';
import { digestOf } from '../../domain/ledger/digest.ts';
import type { EntryData, EntryDraft } from '../../domain/ledger/entry.ts';
import { appendEntries } from '../appendEntries.ts';
import type { ContractDesk, ContractRecord, Judgement } from '../application.ts';
import type { Chance } from '../ports/chance.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContractRegister } from '../ports/contractRegister.ts';
import type { Cursor, FeatureRegister } from '../ports/featureRegister.ts';
import type { Expected, Ledger } from '../ports/ledger.ts';
import { Refusal } from '../refusal.ts';
import { actorOf } from './actorOf.ts';

export type ContractsDeps = {
  readonly contracts: ContractRegister;
  readonly features: FeatureRegister;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly policy: Policy;
  readonly sources: Sources;
};

type Word = { readonly decision: 'approve' | 'reject'; readonly digest: string; readonly comment: string | null };

/** Proposals: judged, stored, and approved by other people than those who proposed. */
export class Contracts implements ContractDesk {
  readonly #deps: ContractsDeps;

  constructor(deps: ContractsDeps) {
    this.#deps = deps;
  }

  async validate(input: unknown): Promise<Judgement> {
    const parsed = parseProposal(input);
    if (!parsed.ok) return { planDigest: null, violations: parsed.violations, warnings: [] };
    const judgement = await this.#judge(parsed.proposal);
    return {
      ...judgement,
      planDigest: digestible(parsed.proposal) ? planDigest(contractFrom(parsed.proposal, '')) : null,
    };
  }

  async propose(who: Principal, input: unknown): Promise<ContractRecord> {
    const parsed = parseProposal(input);
    if (!parsed.ok) throw refused(parsed.violations);
    const { violations, warnings } = await this.#judge(parsed.proposal);
    if (violations.length > 0) throw refused(violations);
    const contract = contractFrom(parsed.proposal, this.#deps.chance.id());
    const data = { contract, policy: this.#deps.policy, planDigest: planDigest(contract), warnings };
    await this.#append(this.#draft(who, { contract, policy: this.#deps.policy }, null, { type: 'proposed', data }), {});
    return this.get(contract.id);
  }

  async get(id: string): Promise<ContractRecord> {
    const state = await this.#deps.contracts.get(id);
    if (state === null) throw new Refusal('NOT_FOUND', 'no such contract');
    return this.#record(state);
  }

  async list(filter: { readonly feature?: string }, cursor: Cursor): Promise<readonly ContractRecord[]> {
    const states = await this.#deps.contracts.list(filter, cursor);
    return states.map((state) => this.#record(state));
  }

  async decide(who: Principal, id: string, word: Word): Promise<ContractRecord> {
    const { state } = await this.get(id);
    const refusal = approvalRefused(state, who.subject, word.digest);
    if (refusal !== null) throw new Refusal(refusal, REFUSED[refusal]);
    const said = state.approvals.some((approval) => approval.subject === who.subject);
    if (said && word.decision === 'approve') return this.#record(state);
    const type = word.decision === 'approve' ? 'approved' : 'rejected';
    const draft = this.#draft(who, state, word.comment, { type, data: { digest: word.digest } });
    await this.#append(draft, { contract: { id, version: state.version } });
    return this.get(id);
  }

  #record(state: ContractState): ContractRecord {
    return { state, standing: standingOf(state, this.#deps.clock.nowMs()) };
  }

  async #judge(proposal: Proposal) {
    const feature = await this.#deps.features.get(proposal.feature);
    if (feature === null || feature.definition.archivedAtMs !== null) {
      throw new Refusal('NOT_FOUND', `there is no feature ${proposal.feature}; create it first`);
    }
    const { policy, sources } = this.#deps;
    return judge({ proposal, policy, exposed: feature.state.settled, sources });
  }

  #draft<T extends 'proposed' | 'approved' | 'rejected'>(
    who: Principal,
    { contract, policy }: { readonly contract: Contract; readonly policy: Policy },
    comment: string | null,
    said: { readonly type: T; readonly data: EntryData[T] },
  ): EntryDraft {
    // `type` and `data` belong together by T.
    return {
      ...said,
      atMs: this.#deps.clock.nowMs(),
      feature: contract.feature,
      contract: contract.id,
      rollout: null,
      dryRun: false,
      stage: null,
      visit: null,
      percentageBefore: null,
      percentageAfter: null,
      actor: actorOf(who),
      reason: null,
      comment,
      evidence: null,
      policyDigest: digestOf(policy),
      contractDigest: contractDigest(contract),
    } as EntryDraft;
  }

  async #append(draft: EntryDraft, expected: Expected): Promise<void> {
    const outcome = await appendEntries(this.#deps, [draft], expected);
    if (outcome.kind === 'conflict') throw new Refusal('CONFLICT', 'somebody else spoke first; look again');
  }
}

const REFUSED = {
  FOUR_EYES: 'whoever proposed a contract has no say in its approval',
  DIGEST_MISMATCH: 'the digest is not the one of this contract: it is not what you read',
  CONTRACT_NOT_OPEN: 'the contract was rejected or has started its rollout',
} as const;

/** An SLI of the catalogue has no definition yet, so there is nothing to take a digest of. */
const digestible = (proposal: Proposal) => proposal.slis.every((sli) => !('use' in sli));

/** What can't be read is not judged. */
const UNREADABLE: ReadonlySet<string> = new Set(['SCHEMA', 'TEXT', 'NESTING']);

function refused(violations: readonly Violation[]): Refusal {
  const later = violations.some(({ rule }) => rule === 'NOT_YET_SUPPORTED');
  const schema = violations.every(({ rule }) => UNREADABLE.has(rule));
  const code = later ? 'NOT_YET_SUPPORTED' : schema ? 'SCHEMA' : 'CONTRACT_INVALID';
  return new Refusal(code, `the contract breaks ${violations.length} rules`, { violations });
}

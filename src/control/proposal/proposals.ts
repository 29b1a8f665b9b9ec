import { contractFrom, type Proposal } from '../../domain/contract/contract.ts';
import { planDigest } from '../../domain/contract/digest.ts';
import { parseProposal } from '../../domain/contract/parseProposal.ts';
import type { Policy } from '../../domain/contract/policy.ts';
import type { Violation } from '../../domain/contract/violation.ts';
import { contractDraft } from '../../domain/governance/contractDraft.ts';
import type { Principal } from '../../domain/governance/role.ts';
import { actorOf } from '../actorOf.ts';
import { appendEntries } from '../appendEntries.ts';
import type { Judgement } from '../application.ts';
import type { Chance } from '../ports/chance.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ledger } from '../ports/ledger.ts';
import { Refusal } from '../refusal.ts';
import type { ContractJudge } from '../validation/contractJudge.ts';

export type ProposalsDeps = {
  readonly judge: ContractJudge;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Judges what is proposed from now on, and rules its rollout. */
  readonly policy: Policy;
};

/** Proposals, judged and stored. */
export class Proposals {
  readonly #deps: ProposalsDeps;

  constructor(deps: ProposalsDeps) {
    this.#deps = deps;
  }

  /** The judgement alone: nothing is stored. */
  async validate(input: unknown): Promise<Judgement> {
    const parsed = parseProposal(input);
    if (!parsed.ok) return { planDigest: null, violations: parsed.violations, warnings: [] };
    const judgement = await this.#deps.judge.judge(parsed.proposal);
    return {
      ...judgement,
      planDigest: digestible(parsed.proposal) ? planDigest(contractFrom(parsed.proposal, '')) : null,
    };
  }

  /** Answers the id of the contract; refused with all violations at once. */
  async propose(who: Principal, input: unknown): Promise<string> {
    const parsed = parseProposal(input);
    if (!parsed.ok) throw refused(parsed.violations);
    const { violations, warnings } = await this.#deps.judge.judge(parsed.proposal);
    if (violations.length > 0) throw refused(violations);
    const { policy, chance, clock } = this.#deps;
    const contract = contractFrom(parsed.proposal, chance.id());
    const data = { contract, policy, planDigest: planDigest(contract), warnings, waivers: [] };
    const saying = { atMs: clock.nowMs(), actor: actorOf(who), comment: null };
    await appendEntries(this.#deps, [contractDraft({ contract, policy }, saying, { type: 'proposed', data })], {});
    return contract.id;
  }
}

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

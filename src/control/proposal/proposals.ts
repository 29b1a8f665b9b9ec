import { asSent } from '../../domain/catalogue/asSent.ts';
import type { Catalogue } from '../../domain/catalogue/catalogue.ts';
import { expandProposal } from '../../domain/catalogue/expandProposal.ts';
import { type Contract, contractFrom, type Proposal } from '../../domain/contract/contract.ts';
import { planDigest } from '../../domain/contract/digest.ts';
import { parseProposal } from '../../domain/contract/parseProposal.ts';
import type { Policy } from '../../domain/contract/policy.ts';
import type { Violation, Warning } from '../../domain/contract/violation.ts';
import { contractDraft } from '../../domain/governance/contractDraft.ts';
import type { Principal } from '../../domain/governance/role.ts';
import { type Weighed, weighedBy } from '../../domain/governance/waiverCover.ts';
import type { WaiverState } from '../../domain/governance/waiverState.ts';
import type { Expectation } from '../../domain/power/foreseenPower.ts';
import { actorOf } from '../actorOf.ts';
import { appendEntries } from '../appendEntries.ts';
import type { Judgement } from '../application.ts';
import type { Chance } from '../ports/chance.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { WaiverRegister } from '../ports/waiverRegister.ts';
import { Refusal } from '../refusal.ts';
import type { Foresight } from '../sight/foresight.ts';
import type { ContractJudge } from '../validation/contractJudge.ts';

export type ProposalsDeps = {
  readonly judge: ContractJudge;
  readonly foresight: Foresight;
  readonly waivers: WaiverRegister;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Judges what is proposed from now on, and rules its rollout. */
  readonly policy: Policy;
  readonly catalogue: Catalogue;
};

type Judged = Weighed & {
  /** With all that it takes of the catalogue written out. */
  readonly proposal: Proposal;
  readonly planDigest: string | null;
  readonly warnings: readonly Warning[];
  readonly waivers: readonly WaiverState[];
};

/** Proposals, judged and stored. */
export class Proposals {
  readonly #deps: ProposalsDeps;

  constructor(deps: ProposalsDeps) {
    this.#deps = deps;
  }

  /** The judgement alone: nothing is stored. */
  async validate(input: unknown, expected: Expectation): Promise<Judgement> {
    const parsed = parseProposal(input);
    if (!parsed.ok) {
      const { violations } = weighedBy(parsed.violations, [], this.#deps.policy, this.#deps.clock.nowMs());
      return { planDigest: null, violations, warnings: [], power: null };
    }
    const sent = parsed.proposal;
    const { proposal, planDigest, violations, warnings } = await this.#judged(sent, this.#deps.clock.nowMs());
    const foreseen = await this.#foreseen(proposal, expected);
    const told = [...warnings, ...asSent(foreseen.warnings, sent)];
    return { planDigest, violations, warnings: told, power: foreseen.power };
  }

  /** Told, and no part of what is stored: the traffic of tomorrow is another. */
  async #foreseen(proposal: Proposal, expected: Expectation) {
    if (!digestible(proposal)) return { power: null, warnings: [] };
    return this.#deps.foresight.of(contractFrom(proposal, ''), expected);
  }

  /** Answers the id of the contract; refused with all violations at once that no waiver of this plan covers. */
  async propose(who: Principal, input: unknown): Promise<string> {
    const nowMs = this.#deps.clock.nowMs();
    const { contract, judged } = await this.#accepted(input, nowMs);
    await this.#store(who, contract, judged, nowMs);
    return contract.id;
  }

  /** The contract that it would become, refused as a proposal is: nothing is stored. */
  async drafted(input: unknown): Promise<Contract> {
    return (await this.#accepted(input, this.#deps.clock.nowMs())).contract;
  }

  async #accepted(input: unknown, nowMs: number): Promise<{ readonly contract: Contract; readonly judged: Judged }> {
    const parsed = parseProposal(input);
    if (!parsed.ok) throw refused(parsed.violations);
    const judged = await this.#judged(parsed.proposal, nowMs);
    const left = judged.violations.filter(({ waivedBy }) => waivedBy === null);
    if (left.length > 0) throw refused(left.map(({ waivable: _, waivedBy: __, ...broken }) => broken));
    return { contract: contractFrom(judged.proposal, this.#deps.chance.id()), judged };
  }

  async #judged(sent: Proposal, nowMs: number): Promise<Judged> {
    const { judge, policy, catalogue } = this.#deps;
    const { proposal, violations: unexpanded } = expandProposal(sent, catalogue);
    const judged = await judge.judge(proposal);
    const violations = [...unexpanded, ...asSent(judged.violations, sent)];
    const warnings = asSent(judged.warnings, sent);
    const digest = digestible(proposal) ? planDigest(contractFrom(proposal, '')) : null;
    const waivers = digest === null ? [] : await this.#deps.waivers.ofPlan(proposal.feature, digest);
    return { proposal, planDigest: digest, warnings, waivers, ...weighedBy(violations, waivers, policy, nowMs) };
  }

  /** A waiver that changed since it was weighed, by a rejection for one, makes the proposal the loser. */
  async #store(who: Principal, contract: Contract, { warnings, uses, waivers }: Judged, nowMs: number): Promise<void> {
    const { policy } = this.#deps;
    const data = { contract, policy, planDigest: planDigest(contract), warnings, waivers: uses };
    const saying = { atMs: nowMs, actor: actorOf(who), comment: null };
    const used = waivers.filter(({ waiverId }) => uses.some((use) => use.waiverId === waiverId));
    const expected = { waivers: used.map(({ waiverId, version }) => ({ id: waiverId, version })) };
    const draft = contractDraft({ contract, policy }, saying, { type: 'proposed', data });
    const outcome = await appendEntries('proposal', this.#deps, [draft], expected);
    if (outcome.kind === 'conflict') throw new Refusal('CONFLICT', `the ${outcome.over} changed meanwhile; look again`);
  }
}

/** An SLI that the catalogue does not have has no definition, so there is nothing to take a digest of. */
const digestible = (proposal: Proposal) => proposal.slis.every((sli) => !('use' in sli));

/** What can't be read is not judged. */
const UNREADABLE: ReadonlySet<string> = new Set(['SCHEMA', 'TEXT', 'NESTING']);

function refused(violations: readonly Violation[]): Refusal {
  const schema = violations.every(({ rule }) => UNREADABLE.has(rule));
  const code = schema ? 'SCHEMA' : 'CONTRACT_INVALID';
  return new Refusal(code, `the contract breaks ${violations.length} rules`, { violations });
}

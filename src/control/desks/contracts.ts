import { type ContractState, standingOf } from '../../domain/governance/contractState.ts';
import type { Principal } from '../../domain/governance/role.ts';
import type { Expectation } from '../../domain/power/foreseenPower.ts';
import type { ContractDesk, ContractRecord, Judgement } from '../application.ts';
import { type ContractWord, sayOnContract } from '../approval/contractApproval.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContractRegister } from '../ports/contractRegister.ts';
import type { Cursor } from '../ports/featureRegister.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Proposals } from '../proposal/proposals.ts';
import { Refusal } from '../refusal.ts';
import type { Foresight, PlanForesight } from '../sight/foresight.ts';

export type ContractsDeps = {
  readonly contracts: ContractRegister;
  readonly proposals: Proposals;
  readonly foresight: Foresight;
  readonly ledger: Ledger;
  readonly clock: Clock;
};

const MOST_ATTEMPTS = 5;
const BY_THE_PAST: Expectation = { baseRate: null };

/** Contracts: judged, proposed, and approved by other people than those who proposed. */
export class Contracts implements ContractDesk {
  readonly #deps: ContractsDeps;

  constructor(deps: ContractsDeps) {
    this.#deps = deps;
  }

  async validate(input: unknown, expected: Expectation = BY_THE_PAST): Promise<Judgement> {
    return this.#deps.proposals.validate(input, expected);
  }

  async propose(who: Principal, input: unknown): Promise<ContractRecord> {
    return this.get(await this.#deps.proposals.propose(who, input));
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

  async power(id: string, expected: Expectation): Promise<PlanForesight> {
    const { state } = await this.get(id);
    return this.#deps.foresight.of(state.contract, expected);
  }

  async decide(who: Principal, id: string, word: ContractWord): Promise<ContractRecord> {
    // Several people may speak at once: each says it of the digest, so what the others said meanwhile changes nothing.
    for (let attempt = 1; !(await this.#said(who, id, word)); attempt += 1) {
      if (attempt === MOST_ATTEMPTS) throw new Refusal('CONFLICT', 'others spoke at the same time; look again');
    }
    return this.get(id);
  }

  async #said(who: Principal, id: string, word: ContractWord): Promise<boolean> {
    const { state } = await this.get(id);
    return sayOnContract(this.#deps, who, state, word);
  }

  #record(state: ContractState): ContractRecord {
    return { state, standing: standingOf(state, this.#deps.clock.nowMs()) };
  }
}

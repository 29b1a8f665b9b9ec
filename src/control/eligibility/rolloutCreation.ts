import { contractDigest } from '../../domain/contract/digest.ts';
import type { ContractState } from '../../domain/governance/contractState.ts';
import { standingOf } from '../../domain/governance/contractState.ts';
import type { Principal } from '../../domain/governance/role.ts';
import { digestOf } from '../../domain/ledger/digest.ts';
import type { EntryDraft } from '../../domain/ledger/entry.ts';
import type { RolloutState } from '../../domain/rollout/state.ts';
import { actorOf } from '../actorOf.ts';
import { appendEntries } from '../appendEntries.ts';
import type { RolloutDesk } from '../application.ts';
import type { Chance } from '../ports/chance.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContractRegister } from '../ports/contractRegister.ts';
import type { FeatureRegister } from '../ports/featureRegister.ts';
import type { Ledger } from '../ports/ledger.ts';
import { Refusal } from '../refusal.ts';

export type RolloutCreationDeps = {
  readonly contracts: ContractRegister;
  readonly features: FeatureRegister;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly chance: Chance;
  /** `DRY_RUN=true`: every rollout of this installation pretends. */
  readonly dryRunAlways: boolean;
};

type Wish = Parameters<RolloutDesk['create']>[1];

/** Makes a rollout of an approved contract. A contract starts at most one real rollout; a dry run uses none up. */
export class RolloutCreation {
  readonly #deps: RolloutCreationDeps;

  constructor(deps: RolloutCreationDeps) {
    this.#deps = deps;
  }

  /** Answers the id of the rollout. */
  async create(who: Principal, wish: Wish): Promise<string> {
    const contract = await this.#deps.contracts.get(wish.contractId);
    if (contract === null) throw new Refusal('NOT_FOUND', 'no such contract');
    const dryRun = wish.dryRun || this.#deps.dryRunAlways;
    // One time for the question and the answer: an approval must not expire in between.
    const atMs = this.#deps.clock.nowMs();
    mayStart(contract, dryRun, atMs);
    const feature = await this.#deps.features.get(contract.contract.feature);
    if (feature === null || feature.definition.archivedAtMs !== null) {
      throw new Refusal('NOT_FOUND', 'the feature of the contract is gone');
    }
    const id = this.#deps.chance.id();
    const created = this.#draft(who, contract, {
      id,
      atMs,
      dryRun,
      startAtMs: wish.startAtMs,
      salt: feature.definition.salt,
    });
    const outcome = await appendEntries('eligibility', this.#deps, [created], {
      contract: { id: wish.contractId, version: contract.version },
    });
    if (outcome.kind === 'conflict') throw new Refusal('CONFLICT', 'the contract changed meanwhile; look again');
    return id;
  }

  #draft(
    who: Principal,
    { contract, policy, proposer, waivers }: ContractState,
    made: Pick<RolloutState, 'id' | 'dryRun' | 'startAtMs'> & { readonly atMs: number; readonly salt: string },
  ): EntryDraft {
    const { id, atMs, dryRun, startAtMs, salt } = made;
    return {
      type: 'created',
      data: { contract, policy, salt, startAtMs, proposer, waivers },
      atMs,
      feature: contract.feature,
      contract: contract.id,
      rollout: id,
      dryRun,
      stage: contract.rolloutWedge.wedgeStages[0]?.stageId ?? null,
      visit: 0,
      percentageBefore: 0,
      percentageAfter: 0,
      actor: actorOf(who),
      reason: null,
      comment: null,
      evidence: null,
      policyDigest: digestOf(policy),
      contractDigest: contractDigest(contract),
    };
  }
}

function mayStart(contract: ContractState, dryRun: boolean, atMs: number): void {
  const standing = standingOf(contract, atMs);
  if (standing === 'rejected') throw new Refusal('CONTRACT_NOT_APPROVED', 'the contract was rejected');
  if (dryRun) return;
  if (standing === 'used') throw new Refusal('CONTRACT_USED', `it has started rollout ${contract.usedBy}`);
  if (standing !== 'approved') throw new Refusal('CONTRACT_NOT_APPROVED', `the contract is ${standing}`);
}

import type { Proposal } from '../../domain/contract/contract.ts';
import type { Policy } from '../../domain/contract/policy.ts';
import type { Sources } from '../../domain/contract/subject.ts';
import { type Judgement, judge } from '../../domain/contract/validation.ts';
import { takeoverOf } from '../../domain/rollout/takeover.ts';
import type { FeatureRegister } from '../ports/featureRegister.ts';
import type { RolloutRegister } from '../ports/rolloutRegister.ts';
import { Refusal } from '../refusal.ts';
import type { PolicyInForce } from './policyInForce.ts';

export type ContractJudgeDeps = {
  readonly features: FeatureRegister;
  readonly rollouts: RolloutRegister;
  readonly policy: Policy;
  readonly inForce: PolicyInForce;
  readonly sources: Sources;
};

/** Brings a proposal before the law, as the feature stands at this moment. Judges and writes nothing. */
export class ContractJudge {
  readonly #deps: ContractJudgeDeps;

  constructor(deps: ContractJudgeDeps) {
    this.#deps = deps;
  }

  /** Throws `Refusal` where the proposal speaks of a feature that is not there, or where the law of this process is not the one in force. */
  async judge(proposal: Proposal): Promise<Judgement> {
    await this.#deps.inForce.assert();
    const feature = await this.#deps.features.get(proposal.feature);
    if (feature === null || feature.definition.archivedAtMs !== null) {
      throw new Refusal('NOT_FOUND', `there is no feature ${proposal.feature}; create it first`);
    }
    const { policy, sources } = this.#deps;
    const takeover = await this.#takeover(proposal);
    return judge({ proposal, policy, exposed: feature.state.settled, takeover, sources });
  }

  /** Of the rollout that the proposal would end; null where it names none that is live on its feature. */
  async #takeover({ supersedes, feature }: Proposal) {
    const record = supersedes === undefined ? null : await this.#deps.rollouts.get(supersedes);
    return record?.state.feature === feature ? takeoverOf(record.state) : null;
  }
}

import { planDigest } from '../../domain/contract/digest.ts';
import type { Policy } from '../../domain/contract/policy.ts';
import { stricterThan } from '../../domain/contract/policyStrictness.ts';
import type { Sources } from '../../domain/contract/subject.ts';
import { judge } from '../../domain/contract/validation.ts';
import { type Violation, violation } from '../../domain/contract/violation.ts';
import { approvalsLacking } from '../../domain/governance/approvalFit.ts';
import { coveringWaiver } from '../../domain/governance/waiverCover.ts';
import type { RolloutState } from '../../domain/rollout/state.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContractRegister } from '../ports/contractRegister.ts';
import type { FeatureRecord } from '../ports/featureRegister.ts';
import type { RolloutRegister } from '../ports/rolloutRegister.ts';
import type { WaiverRegister } from '../ports/waiverRegister.ts';

export type PolicyFitDeps = {
  readonly policy: Policy;
  readonly sourceKinds: Sources;
  readonly contracts: ContractRegister;
  readonly waivers: WaiverRegister;
  readonly rollouts: RolloutRegister;
  readonly clock: Clock;
};

/** Holds what waits for its start against the policy of this day, where that is stricter than the one that judged its contract. */
export class PolicyFit {
  readonly #deps: PolicyFitDeps;

  constructor(deps: PolicyFitDeps) {
    this.#deps = deps;
  }

  /** What it breaks of today's policy; nothing where it may start. */
  async broken(rollout: RolloutState, feature: FeatureRecord): Promise<readonly Violation[]> {
    if (rollout.dryRun || stricterThan(this.#deps.policy, rollout.policy).length === 0) return [];
    const [plan, approvals, room] = await Promise.all([
      this.#plan(rollout, feature),
      this.#approvals(rollout),
      this.#room(rollout),
    ]);
    return [...plan, ...approvals, ...room];
  }

  /** Live rollouts that there may be once it has started: by the stricter of today's policy and its own, so a looser one helps no old contract. */
  maxLive(rollout: RolloutState): number {
    return Math.min(this.#deps.policy.maxConcurrentRollouts, rollout.policy.maxConcurrentRollouts);
  }

  /** A rule that it breaks by a waiver stops it only where that waiver does not stand, by today's policy either. */
  async #plan(rollout: RolloutState, feature: FeatureRecord): Promise<readonly Violation[]> {
    const { policy, sourceKinds, waivers, clock } = this.#deps;
    // What it takes over is the decision's to weigh, as it stands at that moment.
    const takeover = null;
    const { supersedes: _, ...proposal } = rollout.contract;
    const exposed = feature.state.settled;
    const { violations } = judge({ proposal, policy, exposed, takeover, sources: sourceKinds });
    const waived = new Set(rollout.waivers.flatMap(({ rules }) => rules));
    if (!violations.some(({ rule }) => waived.has(rule))) return violations;
    const ofPlan = await waivers.ofPlan(rollout.feature, planDigest(rollout.contract));
    const nowMs = clock.nowMs();
    return violations.filter(({ rule }) => !waived.has(rule) || coveringWaiver(ofPlan, rule, policy, nowMs) === null);
  }

  async #approvals(rollout: RolloutState): Promise<readonly Violation[]> {
    const state = await this.#deps.contracts.get(rollout.contract.id);
    return state === null ? [] : approvalsLacking(state, this.#deps.policy, rollout.createdAtMs);
  }

  /** A takeover takes the place of the rollout that it ends. */
  async #room(rollout: RolloutState): Promise<readonly Violation[]> {
    if (rollout.contract.supersedes !== undefined) return [];
    const { maxConcurrentRollouts } = this.#deps.policy;
    const live = await this.#deps.rollouts.countLive();
    if (live < maxConcurrentRollouts) return [];
    const allowed = `fewer than ${maxConcurrentRollouts}`;
    return [
      violation('CONCURRENT_ROLLOUTS', ['liveRollouts'], live, allowed, `must be ${allowed}; wait for one to end`),
    ];
  }
}

import type { Policy } from '../../domain/contract/policy.ts';
import { stricterThan } from '../../domain/contract/policyStrictness.ts';
import type { Sources } from '../../domain/contract/subject.ts';
import { judge } from '../../domain/contract/validation.ts';
import type { Violation } from '../../domain/contract/violation.ts';
import type { RolloutState } from '../../domain/rollout/state.ts';
import type { FeatureRecord } from '../ports/featureRegister.ts';

/** Where today's policy is stricter than the one that judged the contract, what the contract breaks of it; nothing where it may start. */
export type PolicyFit = (rollout: RolloutState, feature: FeatureRecord) => readonly Violation[];

export function policyFit(today: Policy, sources: Sources): PolicyFit {
  return (rollout, feature) => {
    if (rollout.dryRun || stricterThan(today, rollout.policy).length === 0) return [];
    // What it takes over is the decision's to weigh, as it stands at that moment.
    const takeover = null;
    const { supersedes: _, ...proposal } = rollout.contract;
    return judge({ proposal, policy: today, exposed: feature.state.settled, takeover, sources }).violations;
  };
}

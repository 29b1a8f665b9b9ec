import type { Policy } from '../../domain/contract/policy.ts';
import { stricterThan } from '../../domain/contract/policyStrictness.ts';
import type { Sources } from '../../domain/contract/subject.ts';
import { judge } from '../../domain/contract/validation.ts';
import type { RolloutState } from '../../domain/rollout/state.ts';
import type { FeatureRecord } from '../ports/featureRegister.ts';
import { Refusal } from '../refusal.ts';

/** A start is refused where today's policy is stricter than the one that judged the contract, and the contract breaks it. */
export function policyStillAllows(
  rollout: RolloutState,
  today: Policy,
  sources: Sources,
  feature: FeatureRecord,
): void {
  const stricter = stricterThan(today, rollout.policy);
  if (rollout.dryRun || stricter.length === 0) return;
  const subject = { proposal: rollout.contract, policy: today, exposed: feature.state.settled, sources };
  const { violations } = judge(subject);
  if (violations.length === 0) return;
  throw new Refusal('POLICY_STRICTER', `stricter since: ${stricter.join(', ')}`, { violations });
}

import type { Policy } from '../../../domain/contract/policy.ts';
import type { RolloutState } from '../../../domain/rollout/state.ts';
import type { FeatureRecord } from '../../ports/featureRegister.ts';

/** What a preflight is about. */
export type PreflightSubject = {
  readonly rollout: RolloutState;
  readonly feature: FeatureRecord;
  /** Of each setting the stricter one of today and of when the contract was judged. */
  readonly policy: Policy;
  readonly nowMs: number;
};

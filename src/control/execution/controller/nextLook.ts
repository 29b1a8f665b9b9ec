import { stepAtMs, stepDue } from '../../../domain/rollout/rollingBack.ts';
import type { RolloutRecord } from '../../ports/rolloutRegister.ts';

export type LookedAt = {
  readonly claim: Pick<RolloutRecord, 'state' | 'nextCheckAtMs'>;
  readonly context: { readonly pollIntervalMs: number };
  /** By the rollout's clock, which never goes back. */
  readonly nowMs: number;
  /** As the clock has it, also where it went backwards. */
  readonly clockMs: number;
};

/** When a rollout is to be looked at again: at its next poll, or at the next step of a rollback that is under way. */
export function nextLookAtMs(at: LookedAt): number {
  const { rollingBack } = at.claim.state;
  const pollAtMs = nextPollAtMs(at);
  if (rollingBack === null) return pollAtMs;
  const leftMs = stepAtMs(rollingBack, stepDue(rollingBack, at.nowMs) + 1) - at.nowMs;
  return Math.min(pollAtMs, at.clockMs + Math.max(1, leftMs));
}

function nextPollAtMs({ claim, context: { pollIntervalMs }, clockMs }: LookedAt): number {
  // Not where a clock that went backwards left it: nobody would look until the clock has caught up.
  const due = Math.min(claim.nextCheckAtMs ?? clockMs, clockMs);
  const next = due + pollIntervalMs;
  // On the grid of the schedule; after an outage the missed ones are skipped, not made up for.
  return next > clockMs ? next : clockMs + pollIntervalMs - ((clockMs - due) % pollIntervalMs);
}

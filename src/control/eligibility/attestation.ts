import type { Policy } from '../../domain/contract/policy.ts';
import { stricterOf } from '../../domain/contract/policyStrictness.ts';
import type { Principal } from '../../domain/governance/role.ts';
import { draft } from '../../domain/rollout/draft.ts';
import type { RolloutState } from '../../domain/rollout/state.ts';
import { actorOf } from '../actorOf.ts';
import { appendEntries } from '../appendEntries.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ledger } from '../ports/ledger.ts';
import { Refusal } from '../refusal.ts';

export type AttestationWord = { readonly name: string; readonly comment: string | null };
type AttestationDeps = { readonly ledger: Ledger; readonly clock: Clock; readonly policy: Policy };

/** A person vouches for what the policy asks for. What the same person has said already stands. */
export async function attest(
  deps: AttestationDeps,
  who: Principal,
  state: RolloutState,
  { name, comment }: AttestationWord,
): Promise<void> {
  const asked = stricterOf(deps.policy, state.policy).attestations;
  if (!asked.includes(name)) {
    const known = asked.length === 0 ? 'none' : asked.map((one) => `"${one}"`).join(', ');
    throw new Refusal('ATTESTATION_UNKNOWN', `the policy asks for ${known}`);
  }
  if (state.attestations.some((given) => given.name === name && given.subject === who.subject)) return;
  const saying = {
    atMs: deps.clock.nowMs(),
    actor: actorOf(who),
    reason: 'operator' as const,
    comment,
    evidence: null,
  };
  const entry = draft(state, saying, { type: 'attested', data: { name } });
  const outcome = await appendEntries('eligibility', deps, [entry], {
    rollout: { id: state.id, version: state.version },
  });
  if (outcome.kind === 'conflict') throw new Refusal('CONFLICT', 'the rollout changed meanwhile; say it again');
}

import type { Finding } from '../../../domain/rollout/preflight.ts';
import type { PreflightSubject } from './subject.ts';

/** Somebody vouches for each thing that the policy asks for by name. */
export function attestationsGiven({ rollout, policy }: PreflightSubject): readonly Finding[] {
  if (policy.attestations.length === 0) return [{ item: 'attestations', ok: true, detail: 'the policy asks for none' }];
  return policy.attestations.map((name) => {
    const given = rollout.attestations.filter((one) => one.name === name);
    const who = given.map(({ subject, atMs }) => `${subject} at ${new Date(atMs).toISOString()}`);
    const mend = `nobody has attested it; POST /v1/rollouts/${rollout.id}/attestations with this name`;
    return { item: name, ok: given.length > 0, detail: given.length > 0 ? `given by ${who.join(', ')}` : mend };
  });
}

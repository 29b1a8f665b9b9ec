import { DEFAULT_POLICY, type Policy } from '../../domain/contract/policy.ts';
import { looserThanDefaults } from '../../domain/contract/policyStrictness.ts';
import { digestOf } from '../../domain/ledger/digest.ts';
import { INSTALLATION_CHAIN, SLUICE } from '../../domain/ledger/entry.ts';
import { appendEntries } from '../appendEntries.ts';
import type { Clock } from '../ports/clock.ts';
import type { InstallationRegister } from '../ports/installationRegister.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Log } from '../ports/log.ts';
import { installationDraft } from './installationDraft.ts';

export type PolicyAnnouncementDeps = {
  readonly ledger: Ledger;
  readonly installation: InstallationRegister;
  readonly clock: Clock;
  readonly log: Log;
};

/** A changed law that nobody put their names to: the service does not start with it, and nothing is recorded. */
export class PolicyUnapproved extends Error {
  override readonly name = 'PolicyUnapproved';

  constructor() {
    super('the policy is not the recorded one, and `approvedBy` does not name the two people who agreed to the change');
  }
}

const DEFAULT_DIGEST = digestOf(DEFAULT_POLICY);

/**
 * A policy that is not the last recorded one is an entry of the installation with its two names; one looser than the defaults is said
 * aloud. Only the defaults, the law as it ships, need no names. Throws `PolicyUnapproved`.
 */
export async function announcePolicy(policy: Policy, deps: PolicyAnnouncementDeps): Promise<void> {
  while (!(await isRecorded(policy, deps)));
  const looser = looserThanDefaults(policy);
  if (looser.length > 0) deps.log.warn({ looser }, 'the policy is looser than the defaults');
}

/** False where somebody wrote to the chain meanwhile: a replica that starts at the same moment may have said the same. */
async function isRecorded(policy: Policy, deps: PolicyAnnouncementDeps): Promise<boolean> {
  const { seq } = await deps.ledger.head(INSTALLATION_CHAIN);
  const known = (await deps.installation.get()).policy ?? DEFAULT_POLICY;
  const digest = digestOf(policy);
  if (digestOf(known) === digest) return true;
  if (policy.approvedBy.length < 2 && digest !== DEFAULT_DIGEST) throw new PolicyUnapproved();
  const data = { policy, approvedBy: policy.approvedBy };
  const said = { atMs: deps.clock.nowMs(), actor: SLUICE, comment: null };
  const changed = installationDraft(said, { type: 'policyChanged', data });
  const outcome = await appendEntries('installation', deps, [changed], { seq });
  return outcome.kind === 'appended';
}

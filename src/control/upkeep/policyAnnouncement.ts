import type { Policy } from '../../domain/contract/policy.ts';
import { looserThanDefaults } from '../../domain/contract/policyStrictness.ts';
import { digestOf } from '../../domain/ledger/digest.ts';
import { SLUICE } from '../../domain/ledger/entry.ts';
import { appendEntries } from '../appendEntries.ts';
import { installationDraft } from '../installationDraft.ts';
import type { Clock } from '../ports/clock.ts';
import type { InstallationRegister } from '../ports/installationRegister.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Log } from '../ports/log.ts';

export type PolicyAnnouncementDeps = {
  readonly ledger: Ledger;
  readonly installation: InstallationRegister;
  readonly clock: Clock;
  readonly log: Log;
};

/** A policy that changed since the last start is an entry of the installation; one looser than the defaults is said aloud. */
export async function announcePolicy(policy: Policy, deps: PolicyAnnouncementDeps): Promise<void> {
  const looser = looserThanDefaults(policy);
  if (looser.length > 0) deps.log.warn({ looser }, 'the policy is looser than the defaults');
  const { policy: known } = await deps.installation.get();
  if (known !== null && digestOf(known) === digestOf(policy)) return;
  const nowMs = deps.clock.nowMs();
  const data = { policy, approvedBy: policy.approvedBy };
  const said = { atMs: nowMs, actor: SLUICE, comment: null };
  await appendEntries(deps, [installationDraft(said, { type: 'policyChanged', data })], {});
}

import type { Policy } from '../../domain/contract/policy.ts';
import { digestOf } from '../../domain/ledger/digest.ts';
import type { InstallationRegister } from '../ports/installationRegister.ts';
import { Refusal } from '../refusal.ts';

/** The newest policy of the ledger, where it is not the one that this process was started with. */
export type Replacement = { readonly sinceMs: number; readonly approvedBy: readonly string[] };

/**
 * Whether the policy of this process is the one that the ledger has. Replicas read their files at their own times: one that was not
 * restarted must not judge by a law that has been replaced.
 */
export class PolicyInForce {
  readonly #installation: InstallationRegister;
  readonly #digest: string;

  constructor({ installation, policy }: { readonly installation: InstallationRegister; readonly policy: Policy }) {
    this.#installation = installation;
    this.#digest = digestOf(policy);
  }

  /** null where it is in force. */
  async replacement(): Promise<Replacement | null> {
    const { policy, policySinceMs } = await this.#installation.get();
    if (policy === null || digestOf(policy) === this.#digest) return null;
    return { sinceMs: policySinceMs ?? 0, approvedBy: policy.approvedBy };
  }

  /** Throws where this process would judge by what is law no more. */
  async assert(): Promise<void> {
    const replacement = await this.replacement();
    if (replacement !== null) throw new Refusal('POLICY_REPLACED', replacedText(replacement));
  }
}

export function replacedText({ sinceMs, approvedBy }: Replacement): string {
  const by = approvedBy.length === 0 ? 'the defaults' : `approved by ${approvedBy.join(' and ')}`;
  return `the ledger has another policy since ${new Date(sinceMs).toISOString()} (${by}); start this process with that POLICY_FILE`;
}

import type { RolloutState } from '../../domain/rollout/state.ts';
import { isLive } from '../../domain/rollout/state.ts';
import type { FeatureRecord } from '../ports/featureRegister.ts';
import type { Claim, Tick } from '../ports/rolloutRegister.ts';

/** A rollout beside its feature, as last seen. */
export type Known = { readonly state: RolloutState; readonly feature: FeatureRecord };

/**
 * The live rollouts as this process last saw them. Used for nothing but closing while the ledger is away:
 * what is remembered here may be old, and old knowledge may close a gate but never open one.
 */
export class KnownRollouts {
  readonly #claims = new Map<string, Claim>();

  remember(claim: Claim, tick: Tick | null): void {
    if (isLive(claim.state)) this.#claims.set(claim.state.id, { ...claim, tick: tick ?? claim.tick });
    else this.#claims.delete(claim.state.id);
  }

  forget(rolloutId: string): void {
    this.#claims.delete(rolloutId);
  }

  get(rolloutId: string): Known | null {
    return this.#claims.get(rolloutId) ?? null;
  }

  all(): readonly Claim[] {
    return [...this.#claims.values()];
  }
}

import { foldFeature } from '../../domain/feature/featureState.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { foldRollout } from '../../domain/rollout/foldRollout.ts';
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

  /** One that this process has not looked at yet, or that others look at: here, too, people must be able to close it. */
  meet({ state, feature }: Known, since: readonly Entry[] = []): void {
    if (this.#claims.has(state.id)) return;
    this.#follow({ state, feature, tick: null, nextCheckAtMs: null, headSeq: 0, fence: 0 }, since);
  }

  /**
   * What was recorded since of a feature and its rollouts, or will be once the ledger hears of it: the next look from memory must not
   * rest on the exposure before, nor on what has ended.
   */
  follow(entries: readonly Entry[]): void {
    const chain = entries[0]?.feature;
    for (const claim of this.all()) if (claim.state.feature === chain) this.#follow(claim, entries);
  }

  /**
   * As the ledger had it, and what it has now heard of: in place of what was foreseen, which would count a closing that is told late
   * a second time.
   */
  heard({ state, feature }: Known, entries: readonly Entry[]): void {
    const claim = this.#claims.get(state.id);
    if (claim !== undefined) this.#follow({ ...claim, state, feature }, entries);
  }

  #follow(claim: Claim, entries: readonly Entry[]): void {
    const state = entries.filter(({ rollout }) => rollout === claim.state.id).reduce(foldRollout, claim.state);
    const feature = { ...claim.feature, state: entries.reduce(foldFeature, claim.feature.state) };
    this.remember({ ...claim, state, feature }, null);
  }

  get(rolloutId: string): Claim | null {
    return this.#claims.get(rolloutId) ?? null;
  }

  all(): readonly Claim[] {
    return [...this.#claims.values()];
  }
}

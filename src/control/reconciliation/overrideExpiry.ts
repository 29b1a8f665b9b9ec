import { expiredOverrides, onlyNarrows } from '../../domain/feature/override.ts';
import { overrideDraft } from '../../domain/feature/overrideDraft.ts';
import { ofWorkspace } from '../../domain/feature/workspace.ts';
import { SLUICE } from '../../domain/ledger/entry.ts';
import { appendEntries } from '../appendEntries.ts';
import type { Narrowing } from '../execution/closing/narrowing.ts';
import type { Publisher } from '../flags/publisher.ts';
import { exposureIn } from '../notices.ts';
import type { Chance } from '../ports/chance.ts';
import type { Clock } from '../ports/clock.ts';
import type { FeatureRecord } from '../ports/featureRegister.ts';
import { type Ledger, unchanged } from '../ports/ledger.ts';

export type OverrideExpiryDeps = {
  readonly ledger: Ledger;
  readonly publisher: Publisher;
  readonly narrowing: Narrowing;
  readonly clock: Clock;
  readonly chance: Chance;
};

/** Overrides end at the time that was said when they were set: what raised a workspace closes first, a cap is recorded before it is lifted. */
export class OverrideExpiry {
  readonly #deps: OverrideExpiryDeps;

  constructor(deps: OverrideExpiryDeps) {
    this.#deps = deps;
  }

  /** Ends one that is over; whether there was any. The next one has its turn at the next pass. */
  async settle(feature: FeatureRecord): Promise<boolean> {
    const { clock, chance, narrowing } = this.#deps;
    const { overrides, exposure } = feature.state;
    const atMs = clock.nowMs();
    const [workspaceId] = expiredOverrides(overrides, atMs);
    if (workspaceId === undefined) return false;
    const change = { workspaceId, wish: null, cause: 'expired' as const };
    if (onlyNarrows(exposure, ofWorkspace(overrides, workspaceId), null)) {
      const asked = { id: chance.id(), feature: feature.definition.key, actor: SLUICE, comment: null, atMs };
      await narrowing.narrow({ kind: 'narrow', ...asked, ...change });
    } else await this.#lift(feature, { ...change, requestedBy: null }, atMs);
    return true;
  }

  async #lift(feature: FeatureRecord, change: Parameters<typeof overrideDraft>[2], atMs: number): Promise<void> {
    const saying = { atMs, actor: SLUICE, reason: null, comment: null, evidence: null };
    const draft = overrideDraft(feature, saying, change);
    const expected = { feature: unchanged(feature) };
    const outcome = await appendEntries('upkeep', this.#deps, [draft], expected);
    // Somebody was quicker: it is looked at again at the next pass.
    if (outcome.kind === 'conflict') return;
    const after = exposureIn(outcome.entries);
    if (after !== null) await this.#deps.publisher.publish(feature.definition, after);
  }
}

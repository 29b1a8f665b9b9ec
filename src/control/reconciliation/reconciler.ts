import { featureDraft } from '../../domain/feature/featureDraft.ts';
import { flagDocumentOf } from '../../domain/feature/flagDocument.ts';
import { SLUICE } from '../../domain/ledger/entry.ts';
import { appendEntries } from '../appendEntries.ts';
import type { LateClosings } from '../execution/closing/lateClosings.ts';
import type { Publisher } from '../flags/publisher.ts';
import type { RecordedFeatures } from '../flags/recordedFeatures.ts';
import type { Clock } from '../ports/clock.ts';
import type { FeatureRecord } from '../ports/featureRegister.ts';
import { type FlagStore, FlagStoreUnreachable } from '../ports/flagStore.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { RolloutRegister } from '../ports/rolloutRegister.ts';
import type { RolloutTelemetry } from '../ports/telemetry.ts';
import type { KnownRollouts } from '../sight/knownRollouts.ts';
import type { Drift } from './drift.ts';
import type { OverrideExpiry } from './overrideExpiry.ts';

export type ReconcilerDeps = {
  readonly ledger: Ledger;
  readonly recorded: RecordedFeatures;
  readonly rollouts: RolloutRegister;
  readonly known: KnownRollouts;
  readonly store: FlagStore;
  readonly publisher: Publisher;
  readonly drift: Drift;
  readonly lateClosings: LateClosings;
  readonly overrideExpiry: OverrideExpiry;
  readonly telemetry: RolloutTelemetry;
  readonly clock: Clock;
  readonly environment: string;
};

/** Brings ledger and flag store back together, at boot and every few seconds: what the store has missed is published again. */
export class Reconciler {
  readonly #deps: ReconcilerDeps;
  /** Drift seen at the last pass, by feature: a closing on its way into the ledger is none, and gone at the next one. */
  readonly #suspected = new Map<string, number>();

  constructor(deps: ReconcilerDeps) {
    this.#deps = deps;
  }

  /** Late closings first: publishing from a ledger that has not heard of them would open the gate again. */
  async run(): Promise<void> {
    try {
      await this.#deps.lateClosings.record();
      for await (const feature of this.#deps.recorded.all()) await this.#feature(feature);
    } catch (error) {
      if (!(error instanceof FlagStoreUnreachable)) throw error;
      this.#deps.telemetry.run('redis_error');
    } finally {
      // Last: what the ledger has heard of was published by it, as new as it is now. With the ledger away this is all there is.
      await this.#deps.publisher.retryClosings();
    }
  }

  async #feature(feature: FeatureRecord): Promise<void> {
    const { definition, state } = feature;
    const { version } = flagDocumentOf(definition, state.exposure, this.#deps.environment);
    if (definition.archivedAtMs !== null) return this.#deps.store.archive(definition.key, version);
    await this.#meetLive(feature);
    // What has ended is settled first, and published by whoever settles it.
    if (await this.#deps.overrideExpiry.settle(feature)) return;
    if (await this.#deps.publisher.publish(definition, state.exposure)) {
      this.#suspected.delete(definition.key);
      return this.#noteRemoval(feature);
    }
    return this.#suspect(feature);
  }

  /** Whichever process looks at it, each must know it once the ledger is away. */
  async #meetLive(feature: FeatureRecord): Promise<void> {
    const { live } = feature.state.exposure;
    if (live === null || this.#deps.known.get(live.rolloutId) !== null) return;
    const rollout = await this.#deps.rollouts.get(live.rolloutId);
    if (rollout !== null) this.#deps.known.meet({ state: rollout.state, feature });
  }

  async #suspect(feature: FeatureRecord): Promise<void> {
    const { key } = feature.definition;
    const stored = await this.#deps.store.read(key);
    if (stored === null || stored.kind === 'archived') return;
    const before = this.#suspected.get(key);
    const version = stored.kind === 'flag' ? stored.document.version : stored.version;
    this.#suspected.set(key, version);
    if (before !== version) return;
    if (stored.kind === 'flag') await this.#deps.drift.settle(feature, stored);
    else await this.#deps.drift.replace(feature, stored);
  }

  /** The store has the closing now: every lookup that reaches it is below the target. */
  async #noteRemoval(feature: FeatureRecord): Promise<void> {
    const { removalPending, exposure, version } = feature.state;
    if (removalPending === null) return;
    const removedAtMs = this.#deps.clock.nowMs();
    const { triggeredAtMs, rolloutId } = removalPending;
    const data = { documentVersion: exposure.documentVersion, triggeredAtMs, removedAtMs };
    const saying = { atMs: removedAtMs, actor: SLUICE, reason: null, comment: null, evidence: null };
    const removed = { ...featureDraft(feature, saying, { type: 'exposureRemoved', data }), rollout: rolloutId };
    const { key } = feature.definition;
    const outcome = await appendEntries('upkeep', this.#deps, [removed], { feature: { key, version } });
    // Somebody was quicker: it is looked at again at the next pass.
    if (outcome.kind === 'conflict') return;
    this.#deps.telemetry.rollbackSeconds((removedAtMs - triggeredAtMs) / 1000);
  }
}

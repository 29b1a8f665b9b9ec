import { type DriftVerdict, driftOf, narrowedWorkspaces } from '../../domain/feature/drift.ts';
import { featureDraft } from '../../domain/feature/featureDraft.ts';
import { type FlagDocument, flagDocumentOf } from '../../domain/feature/flagDocument.ts';
import type { HandFields } from '../../domain/feature/handFields.ts';
import type { StoredFlag } from '../../domain/feature/storedFlag.ts';
import { type Actor, type EntryDraft, SLUICE } from '../../domain/ledger/entry.ts';
import { draft, type Saying } from '../../domain/rollout/draft.ts';
import type { RolloutState } from '../../domain/rollout/state.ts';
import { appendEntries } from '../appendEntries.ts';
import type { Closing } from '../execution/closing/closing.ts';
import type { Killing } from '../execution/closing/killing.ts';
import { liveRollout } from '../liveRollout.ts';
import type { Chance } from '../ports/chance.ts';
import type { Clock } from '../ports/clock.ts';
import type { FeatureRecord, FeatureRegister } from '../ports/featureRegister.ts';
import type { FlagStore } from '../ports/flagStore.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { RolloutRegister } from '../ports/rolloutRegister.ts';

export type DriftDeps = {
  readonly ledger: Ledger;
  readonly features: FeatureRegister;
  readonly rollouts: RolloutRegister;
  readonly store: FlagStore;
  readonly closing: Closing;
  readonly killing: Killing;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly environment: string;
};

type Stored = Extract<StoredFlag, { kind: 'flag' }>;
type Unreadable = Extract<StoredFlag, { kind: 'unreadable' }>;

/** Whoever changed the flag store by hand; the store does not say who. */
const HAND: Actor = { kind: 'person', subject: 'flag-store' };

/** The store and the ledger say different things. What is lower is adopted into the ledger; what is higher is put back. */
export class Drift {
  readonly #deps: DriftDeps;

  constructor(deps: DriftDeps) {
    this.#deps = deps;
  }

  /**
   * What lowers comes first. What raises beside a kill or a rollback is put back at the next pass: lookups don't see it, and closing
   * waits for nothing.
   */
  async settle(feature: FeatureRecord, stored: Stored): Promise<void> {
    const rollout = await liveRollout(this.#deps.rollouts, feature);
    const verdict = driftOf(this.#documentOf(feature), stored, rollout === null ? null : rollout.base);
    if (verdict.adopts === 'killed') return this.#kill(feature);
    if (verdict.adopts === 'closed' && rollout !== null) return this.#rollBack(feature, rollout);
    if (verdict.adopts !== null) return this.#adopt(feature, rollout, stored, verdict);
    return verdict.putsBack ? this.#repair(feature, inStore(stored)) : this.#republish(feature, stored);
  }

  /**
   * A text of so high a version that nothing goes over it: the ledger counts past it, or no opening and no step of a rollback would ever
   * reach the store again. What a newer Sluice has written stays: it is no damage.
   */
  async replace(feature: FeatureRecord, { newerSchema, version, hand }: Unreadable): Promise<void> {
    if (!newerSchema) await this.#repair(feature, { version, hand });
  }

  async #kill(feature: FeatureRecord): Promise<void> {
    await this.#deps.killing.kill({ kind: 'kill', ...this.#byHand(feature), comment: 'killed in the flag store' });
  }

  async #rollBack(feature: FeatureRecord, state: RolloutState): Promise<void> {
    const request = {
      kind: 'rollback' as const,
      ...this.#byHand(feature),
      rolloutId: state.id,
      to: 'zero' as const,
      automatic: false,
      reason: 'operator' as const,
      detail: 'closed in the flag store',
      comment: null,
      evidence: null,
      seen: null,
    };
    await this.#deps.closing.rollback(request, { state, feature });
  }

  /** A lower value by hand is an operator's act: it caps, and pauses what is live there. */
  async #adopt(
    feature: FeatureRecord,
    rollout: RolloutState | null,
    stored: Stored,
    { adopts, exposure: lower, putsBack }: DriftVerdict,
  ): Promise<void> {
    const atMs = this.#deps.clock.nowMs();
    const saying: Saying = { ...sayingOf(HAND, atMs), reason: 'operator' };
    const documentVersion = versionAbove(feature, stored.document.version);
    const exposure = { ...feature.state.exposure, ...lower, documentVersion, changedAtMs: atMs };
    const narrowed = narrowedWorkspaces(stored.document, this.#documentOf(feature));
    const found = [foundOf(stored.hand), ...narrowed].join(', narrowed ');
    const said = { type: 'driftAdopted' as const, data: { exposure, found } };
    const repaired = putsBack
      ? [this.#repaired({ ...feature, state: { ...feature.state, exposure } }, inStore(stored))]
      : [];
    if (rollout === null || adopts === 'narrowed')
      return this.#take(feature, [featureDraft(feature, saying, said), ...repaired], stored.hand);
    const pause = draft(rollout, saying, { type: 'paused', data: { detail: 'lowered in the flag store' } });
    const paused = rollout.wedgeState === 'PAUSED' ? [] : [pause];
    return this.#take(feature, [draft(rollout, saying, said), ...paused, ...repaired], stored.hand, rollout);
  }

  /** Anything that raises is never served, put back, and recorded. */
  async #repair(feature: FeatureRecord, stored: InStore): Promise<void> {
    await this.#take(feature, [this.#repaired(feature, stored)], stored.hand);
  }

  #repaired(feature: FeatureRecord, { version, hand }: InStore): EntryDraft {
    const data = { documentVersion: versionAbove(feature, version), found: foundOf(hand) };
    return featureDraft(feature, sayingOf(SLUICE, this.#deps.clock.nowMs()), { type: 'driftRepaired', data });
  }

  /** Nothing to adopt: the same exposure under another version, or hand fields that say what is so anyway. */
  async #republish(feature: FeatureRecord, stored: Stored): Promise<void> {
    const { outcome } = await this.#deps.store.publish(this.#documentOf(feature), 'derived', { adopted: stored.hand });
    if (outcome === 'stale') await this.#repair(feature, inStore(stored));
  }

  /**
   * Recorded, then published over the fields as they were read. `rollout`: the one that the drafts speak of, as it was seen; who pauses
   * it leaves the feature's version as it is. A lost race is looked at again at the next reconciliation.
   */
  async #take(
    feature: FeatureRecord,
    drafts: readonly EntryDraft[],
    hand: HandFields,
    rollout: RolloutState | null = null,
  ): Promise<void> {
    const { definition, state } = feature;
    const outcome = await appendEntries('upkeep', this.#deps, drafts, {
      feature: { key: definition.key, version: state.version },
      ...(rollout === null ? {} : { rollout: { id: rollout.id, version: rollout.version } }),
    });
    const after = outcome.kind === 'appended' ? await this.#deps.features.get(definition.key) : null;
    if (after !== null) await this.#deps.store.publish(this.#documentOf(after), 'derived', { adopted: hand });
  }

  #documentOf(feature: FeatureRecord): FlagDocument {
    return flagDocumentOf(feature.definition, feature.state.exposure, this.#deps.environment);
  }

  #byHand(feature: FeatureRecord) {
    return { id: this.#deps.chance.id(), feature: feature.definition.key, actor: HAND, atMs: this.#deps.clock.nowMs() };
  }
}

const sayingOf = (actor: Actor, atMs: number): Saying => ({ atMs, actor, reason: null, comment: null, evidence: null });

/** What counts of it where it is written over. */
type InStore = { readonly version: number; readonly hand: HandFields };
const inStore = ({ document, hand }: Stored): InStore => ({ version: document.version, hand });

function versionAbove({ definition, state }: FeatureRecord, storedVersion: number): number {
  return Math.max(state.exposure.documentVersion, storedVersion - definition.revision) + 1;
}

const foundOf = (hand: HandFields) =>
  `enabled ${hand.enabled}, internal_only ${hand.internalOnly}, rollout_percent ${hand.rolloutPercent}`;

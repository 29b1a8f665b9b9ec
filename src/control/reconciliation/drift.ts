import { featureDraft } from '../../domain/feature/featureDraft.ts';
import { type FlagDocument, flagDocumentOf } from '../../domain/feature/flagDocument.ts';
import { isNoWider } from '../../domain/feature/grants.ts';
import { editsOf, type HandFields, handFieldsOf, loweredByHand } from '../../domain/feature/handFields.ts';
import {
  isLowering,
  isStrictLowering,
  lowersWorkspacesAlone,
  narrowedWorkspaces,
} from '../../domain/feature/lowering.ts';
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

/** Whoever changed the flag store by hand; the store does not say who. */
const HAND: Actor = { kind: 'person', subject: 'flag-store' };

/** The store and the ledger say different things. What is lower is adopted into the ledger; what is higher is put back. */
export class Drift {
  readonly #deps: DriftDeps;

  constructor(deps: DriftDeps) {
    this.#deps = deps;
  }

  async settle(feature: FeatureRecord, stored: Stored): Promise<void> {
    const ledgers = this.#documentOf(feature);
    const served = loweredFrom(stored, ledgers);
    if (!isLowering(served, ledgers) || raises(stored)) return this.#repair(feature, stored);
    if (!isStrictLowering(served, ledgers)) return this.#republish(feature, stored);
    if (served.killed && !ledgers.killed) return this.#kill(feature);
    const rollout = await liveRollout(this.#deps.rollouts, feature);
    if (rollout !== null && isClosed(served, rollout)) return this.#rollBack(feature, rollout);
    return this.#cap(feature, rollout, served, stored);
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
  async #cap(
    feature: FeatureRecord,
    rollout: RolloutState | null,
    served: FlagDocument,
    stored: Stored,
  ): Promise<void> {
    const atMs = this.#deps.clock.nowMs();
    const saying: Saying = { ...sayingOf(HAND, atMs), reason: 'operator' };
    const ledgers = this.#documentOf(feature);
    const documentVersion = versionAbove(feature, stored.document);
    const exposure = {
      ...feature.state.exposure,
      documentVersion,
      changedAtMs: atMs,
      grants: served.grants,
      caps: served.caps,
      raises: served.raises,
    };
    const found = [foundOf(stored.hand), ...narrowedWorkspaces(stored.document, ledgers)].join(', narrowed ');
    const said = { type: 'driftAdopted' as const, data: { exposure, found } };
    if (rollout === null || isOfWorkspaces(served, ledgers, stored))
      return this.#take(feature, [featureDraft(feature, saying, said)], stored);
    const pause = draft(rollout, saying, { type: 'paused', data: { detail: 'lowered in the flag store' } });
    const adopted = draft(rollout, saying, said);
    return this.#take(feature, rollout.wedgeState === 'PAUSED' ? [adopted] : [adopted, pause], stored, rollout);
  }

  /** Anything that raises is never served, put back, and recorded. */
  async #repair(feature: FeatureRecord, stored: Stored): Promise<void> {
    const data = { documentVersion: versionAbove(feature, stored.document), found: foundOf(stored.hand) };
    const saying = sayingOf(SLUICE, this.#deps.clock.nowMs());
    await this.#take(feature, [featureDraft(feature, saying, { type: 'driftRepaired', data })], stored);
  }

  /** Nothing to adopt: the same exposure under another version, or hand fields that say what is so anyway. */
  async #republish(feature: FeatureRecord, stored: Stored): Promise<void> {
    const document = this.#documentOf(feature);
    if (stored.document.version > document.version) return this.#repair(feature, stored);
    await this.#deps.store.publish(document, 'derived', stored.hand);
  }

  /**
   * Recorded, then published over the fields as they were read. `rollout`: the one that the drafts speak of, as it was seen; who pauses
   * it leaves the feature's version as it is. A lost race is looked at again at the next reconciliation.
   */
  async #take(
    feature: FeatureRecord,
    drafts: readonly EntryDraft[],
    stored: Stored,
    rollout: RolloutState | null = null,
  ): Promise<void> {
    const { definition, state } = feature;
    const outcome = await appendEntries('upkeep', this.#deps, drafts, {
      feature: { key: definition.key, version: state.version },
      ...(rollout === null ? {} : { rollout: { id: rollout.id, version: rollout.version } }),
    });
    const after = outcome.kind === 'appended' ? await this.#deps.features.get(definition.key) : null;
    if (after !== null) await this.#deps.store.publish(this.#documentOf(after), 'derived', stored.hand);
  }

  #documentOf(feature: FeatureRecord): FlagDocument {
    return flagDocumentOf(feature.definition, feature.state.exposure, this.#deps.environment);
  }

  #byHand(feature: FeatureRecord) {
    return { id: this.#deps.chance.id(), feature: feature.definition.key, actor: HAND, atMs: this.#deps.clock.nowMs() };
  }
}

const sayingOf = (actor: Actor, atMs: number): Saying => ({ atMs, actor, reason: null, comment: null, evidence: null });

function versionAbove({ definition, state }: FeatureRecord, stored: FlagDocument): number {
  return Math.max(state.exposure.documentVersion, stored.version - definition.revision) + 1;
}

/**
 * What the hand has left of it. A document that is older than the ledger's has missed an opening and says nothing of its own: what
 * was changed beside it holds for the newer one.
 */
function loweredFrom({ document, hand }: Stored, ledgers: FlagDocument): FlagDocument {
  return document.version < ledgers.version
    ? loweredByHand(ledgers, editsOf(document, hand))
    : loweredByHand(document, hand);
}

/** True where nobody but those whom the feature met before is met any more. */
function isClosed(served: FlagDocument, rollout: RolloutState): boolean {
  return isNoWider(served.grants, rollout.base);
}

/** A closing of single workspaces that was lost on its way into the ledger: nobody doubts the release, and none of it is the rollout's. */
const isOfWorkspaces = (served: FlagDocument, ledgers: FlagDocument, stored: Stored) =>
  lowersWorkspacesAlone(served, ledgers) && !isStrictLowering(served, stored.document);

/** A field that would let somebody in; what lowers beside it is looked at once this is put back. */
function raises({ document, hand }: Stored): boolean {
  const edits = editsOf(document, hand);
  const percent = handFieldsOf(document).rolloutPercent ?? 0;
  return edits.enabled === true || edits.internalOnly === false || (edits.rolloutPercent ?? 0) > percent;
}

const foundOf = (hand: HandFields) =>
  `enabled ${hand.enabled}, internal_only ${hand.internalOnly}, rollout_percent ${hand.rolloutPercent}`;

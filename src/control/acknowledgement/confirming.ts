import { confirmationOf, confirmationSaid } from '../../domain/confirmation/confirmation.ts';
import type { PendingConfirmation } from '../../domain/confirmation/pendingConfirmation.ts';
import type { Policy } from '../../domain/contract/policy.ts';
import { featureDraft } from '../../domain/feature/featureDraft.ts';
import { type EntryDraft, SLUICE } from '../../domain/ledger/entry.ts';
import { appendEntries } from '../appendEntries.ts';
import type { Clock } from '../ports/clock.ts';
import type { FeatureRecord, FeatureRegister } from '../ports/featureRegister.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { RolloutTelemetry } from '../ports/telemetry.ts';
import type { Standing } from './acknowledgements.ts';
import type { ReplicaMembership } from './replicaMembership.ts';

export type ConfirmingDeps = {
  readonly ledger: Ledger;
  readonly features: FeatureRegister;
  readonly membership: ReplicaMembership;
  readonly telemetry: RolloutTelemetry;
  readonly clock: Clock;
  readonly policy: Policy;
};

/** In one look. What is left has its turn when these are confirmed, which takes the deadline at most. */
const MOST_AT_ONCE = 1000;

/** Records that a closing is confirmed, once, whichever replica sees it first: each looks, and says what it serves itself. */
export class Confirming {
  readonly #deps: ConfirmingDeps;

  constructor(deps: ConfirmingDeps) {
    this.#deps = deps;
  }

  /** @throws LedgerUnreachable where there is nothing to record it in */
  async run(): Promise<void> {
    const waiting = await this.#deps.features.confirming(MOST_AT_ONCE);
    if (waiting.length === 0) return;
    const keys = waiting.map(({ definition }) => definition.key);
    const { membership } = this.#deps;
    await membership.again(keys);
    const standing = await membership.acknowledgements.standing(keys);
    for (const feature of waiting) {
      if (this.#drafts(feature, standing).length > 0) await this.#record(feature.definition.key, standing);
    }
  }

  /** Read after the head of its chain: if nobody has written since, nobody else has confirmed it. */
  async #record(key: string, standing: Standing): Promise<void> {
    const { seq } = await this.#deps.ledger.head(key);
    const feature = await this.#deps.features.get(key);
    const drafts = feature === null ? [] : this.#drafts(feature, standing);
    if (drafts.length === 0) return;
    const outcome = await appendEntries('upkeep', this.#deps, drafts, { seq });
    // Somebody was quicker, with this or something else: it is looked at again at the next pass.
    if (outcome.kind === 'conflict') return;
    for (const entry of outcome.entries) {
      if (entry.type !== 'exposureConfirmed') continue;
      this.#deps.telemetry.confirmedSeconds((entry.data.confirmedAtMs - entry.data.triggeredAtMs) / 1000);
    }
  }

  #drafts(feature: FeatureRecord, standing: Standing): readonly EntryDraft[] {
    return feature.state.confirmationsPending.flatMap((pending) => this.#draft(feature, pending, standing));
  }

  #draft(feature: FeatureRecord, pending: PendingConfirmation, standing: Standing): readonly EntryDraft[] {
    const { clock, policy } = this.#deps;
    const { key, revision } = feature.definition;
    const nowMs = clock.nowMs();
    // Of the feature as it is defined now: a change of that makes it later, never too early.
    const version = pending.documentVersion + revision;
    const deadlineMs = policy.rollbackDeadlineSeconds * 1000;
    const { isWhole } = standing;
    const confirmation = confirmationOf(pending, standing.of(key), { version, isWhole, nowMs, deadlineMs });
    if (confirmation === null) return [];
    const confirmedAtMs = Math.max(nowMs, pending.sinceMs);
    const data = confirmationSaid(pending, confirmation, confirmedAtMs);
    const saying = { atMs: confirmedAtMs, actor: SLUICE, reason: null, comment: null, evidence: null };
    const draft = featureDraft(feature, saying, { type: 'exposureConfirmed', data });
    return [{ ...draft, rollout: pending.rolloutId }];
  }
}

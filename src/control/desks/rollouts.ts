import type { Policy } from '../../domain/contract/policy.ts';
import { hasRight, type Principal } from '../../domain/governance/role.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { type Command, legality } from '../../domain/rollout/commands.ts';
import type { Ask } from '../../domain/rollout/context.ts';
import { describeItem, failedItems } from '../../domain/rollout/preflight.ts';
import type { RolloutState } from '../../domain/rollout/state.ts';
import { type RolloutStatus, statusOf } from '../../domain/rollout/statusView.ts';
import { actorOf } from '../actorOf.ts';
import type { PreflightReport, RolloutDesk, VersionedWish } from '../application.ts';
import { sayOnStage } from '../approval/stageApproval.ts';
import { type AttestationWord, attest } from '../eligibility/attestation.ts';
import type { Preflight } from '../eligibility/preflight.ts';
import type { RolloutCreation } from '../eligibility/rolloutCreation.ts';
import { resume } from '../execution/opening/resuming.ts';
import type { RolloutOpening } from '../execution/opening/rolloutOpening.ts';
import type { Clock } from '../ports/clock.ts';
import type { Cursor, FeatureRecord, FeatureRegister } from '../ports/featureRegister.ts';
import type { EntryPage, Ledger } from '../ports/ledger.ts';
import type { RolloutFilter, RolloutRecord, RolloutRegister, Tick } from '../ports/rolloutRegister.ts';
import { Refusal } from '../refusal.ts';
import type { KnownRollouts } from '../sight/knownRollouts.ts';
import type { PolicyFit } from '../validation/policyFit.ts';
import type { PolicyInForce } from '../validation/policyInForce.ts';
import { assertLegal } from './assertLegal.ts';

export type RolloutsDeps = {
  readonly rollouts: RolloutRegister;
  readonly features: FeatureRegister;
  readonly ledger: Ledger;
  readonly creation: RolloutCreation;
  readonly opening: RolloutOpening;
  readonly known: KnownRollouts;
  readonly preflight: Preflight;
  readonly clock: Clock;
  readonly policyFit: PolicyFit;
  readonly inForce: PolicyInForce;
  /** Of the installation, as it is today. */
  readonly policy: Policy;
};

/** A rollout has some dozens of entries. */
const MOST_ENTRIES = 10_000;

type ApprovalWish = VersionedWish & { readonly stageId: string; readonly decision: 'approve' | 'reject' };

/** What people ask of a rollout, but for closing it: whatever opens goes through the decision. */
export class Rollouts implements RolloutDesk {
  readonly #deps: RolloutsDeps;

  constructor(deps: RolloutsDeps) {
    this.#deps = deps;
  }

  async create(who: Principal, wish: Parameters<RolloutDesk['create']>[1]): Promise<RolloutRecord> {
    return this.get(await this.#deps.creation.create(who, wish));
  }

  async get(id: string): Promise<RolloutRecord> {
    const record = await this.#deps.rollouts.get(id);
    if (record === null) throw new Refusal('NOT_FOUND', 'no such rollout');
    return record;
  }

  async list(filter: RolloutFilter, cursor: Cursor): Promise<readonly RolloutRecord[]> {
    return this.#deps.rollouts.list(filter, cursor);
  }

  async status(id: string): Promise<RolloutStatus> {
    return statusOf(await this.get(id), this.#deps.clock.nowMs());
  }

  async preflight(who: Principal, id: string): Promise<PreflightReport> {
    const { state } = await this.#allowed(id, 'preflight');
    const nowMs = this.#deps.clock.nowMs();
    const found = await this.#deps.preflight.record(state, await this.#feature(state), actorOf(who), nowMs);
    return { ...found, at: new Date(nowMs).toISOString() };
  }

  async latestPreflight(id: string): Promise<PreflightReport | null> {
    const entries = await this.ledger(id, { afterSeq: 0, limit: MOST_ENTRIES });
    const last = entries.findLast((entry) => entry.type === 'preflight');
    return last === undefined ? null : { ...last.data, at: last.at };
  }

  async start(who: Principal, id: string, wish: VersionedWish): Promise<RolloutStatus> {
    const record = await this.#allowedAt(id, 'start', wish);
    if (record === null) return this.status(id);
    const feature = await this.#feature(record.state);
    await this.#fitsPolicy(record.state, feature);
    const preflight = await this.#deps.preflight.entry(record.state, feature, actorOf(who), this.#deps.clock.nowMs());
    const items = failedItems(preflight.data.items);
    if (items.length > 0) throw new Refusal('PREFLIGHT_FAILED', items.map(describeItem).join('; '), { items });
    const ask = askOf('start', who, record.state, wish.comment);
    await this.#deps.opening.open({ record, feature, ask, actor: actorOf(who), preflight });
    return this.status(id);
  }

  async advance(who: Principal, id: string, wish: VersionedWish): Promise<RolloutStatus> {
    const record = await this.#allowedAt(id, 'advance', wish);
    if (record === null) return this.status(id);
    const feature = await this.#feature(record.state);
    const ask = askOf('advance', who, record.state, wish.comment);
    await this.#deps.opening.open({ record, feature, ask, actor: actorOf(who), preflight: null });
    return this.status(id);
  }

  async resume(who: Principal, id: string, wish: VersionedWish): Promise<RolloutStatus> {
    const record = await this.#allowedAt(id, 'resume', wish);
    if (record === null) return this.status(id);
    await resume(this.#deps, who, record, wish.comment);
    return this.status(id);
  }

  async approve(who: Principal, id: string, wish: ApprovalWish): Promise<RolloutStatus> {
    const record = await this.#allowedAt(id, 'approve', wish);
    if (record === null) return this.status(id);
    await sayOnStage(this.#deps, who, record.state, wish);
    return this.status(id);
  }

  async attest(who: Principal, id: string, word: AttestationWord): Promise<RolloutStatus> {
    const { state } = await this.#allowed(id, 'attest');
    await attest(this.#deps, who, state, word);
    return this.status(id);
  }

  async ledger(id: string, page: EntryPage): Promise<readonly Entry[]> {
    await this.get(id);
    return this.#deps.ledger.entriesOfRollout(id, page);
  }

  async measurements(id: string, range: Parameters<RolloutDesk['measurements']>[1]): Promise<readonly Tick[]> {
    await this.get(id);
    return this.#deps.rollouts.ticks(id, range);
  }

  async #allowed(id: string, command: Command): Promise<RolloutRecord> {
    const record = await this.get(id);
    assertLegal(record.state, command);
    return record;
  }

  /** The rollout as the wish saw it; null where its effect stands already, and nothing could be stale. */
  async #allowedAt(id: string, command: Command, { expectedVersion }: VersionedWish): Promise<RolloutRecord | null> {
    const record = await this.get(id);
    const { state } = record;
    if (legality(state.wedgeState, command) === 'stands') return null;
    if (expectedVersion !== state.version) {
      throw new Refusal('VERSION_STALE', `the version is ${state.version}, not ${expectedVersion}`);
    }
    assertLegal(state, command);
    return record;
  }

  async #fitsPolicy(state: RolloutState, feature: FeatureRecord): Promise<void> {
    await this.#deps.inForce.assert();
    const violations = await this.#deps.policyFit.broken(state, feature);
    if (violations.length === 0) return;
    const missing = violations.map(({ rule, allowed }) => `${rule} (${allowed})`).join(', ');
    throw new Refusal('POLICY_STRICTER', `propose it again, by the rules of today: ${missing}`, { violations });
  }

  async #feature(state: RolloutState): Promise<FeatureRecord> {
    const feature = await this.#deps.features.get(state.feature);
    if (feature === null) throw new Refusal('NOT_FOUND', 'no such feature');
    return feature;
  }
}

/** An approver's wish counts as an approval, unless the approver is the one who proposed. */
function askOf(kind: Ask['kind'], who: Principal, rollout: RolloutState, comment: string | null): Ask {
  const mayApprove = hasRight(who, 'approve') && who.subject !== rollout.proposer;
  return { kind, subject: who.subject, mayApprove, comment };
}

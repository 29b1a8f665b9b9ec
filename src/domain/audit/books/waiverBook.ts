import type { Policy } from '../../contract/policy.ts';
import type { WaiverUse } from '../../governance/waiver.ts';
import { list, text, whole } from '../read.ts';
import { msOfHours } from '../spans.ts';
import { isByPerson, type Told } from './told.ts';

type Waiver = {
  readonly planDigest: string;
  readonly rules: readonly string[];
  readonly expiresAtMs: number;
  readonly requestedAtMs: number;
  readonly requester: string;
  readonly approvers: ReadonlySet<string>;
  readonly rejected: boolean;
};

export type WaivedPlan = { readonly planDigest: string; readonly policy: Policy; readonly atMs: number };

const EYES = 2;

/** A policy that has become stricter since it was asked for shortens it, and takes nothing back before that. */
const endMs = ({ expiresAtMs, requestedAtMs }: Waiver, { policy }: WaivedPlan) =>
  Math.min(expiresAtMs, requestedAtMs + msOfHours(policy.waiverMaxDays * 24));

/** Waivers as the chain tells of them. */
export class WaiverBook {
  readonly #waivers = new Map<string, Waiver>();

  enter(told: Told): void {
    if (!told.type.startsWith('waiver')) return;
    const id = text(told.data['waiverId'], 'data.waiverId');
    if (told.type === 'waiverRequested') this.#waivers.set(id, requested(told));
    const waiver = this.#waivers.get(id);
    if (waiver === undefined) return;
    if (told.type === 'waiverApproved' && isByPerson(told) && told.actor.subject !== waiver.requester)
      this.#waivers.set(id, { ...waiver, approvers: new Set([...waiver.approvers, told.actor.subject]) });
    if (told.type === 'waiverRejected') this.#waivers.set(id, { ...waiver, rejected: true });
  }

  get(id: string): Waiver | null {
    return this.#waivers.get(id) ?? null;
  }

  /** Whether this or another waiver of the same plan lets it break the rule at this time. */
  covers(rule: string, plan: WaivedPlan): boolean {
    return [...this.#waivers.values()].some(
      (waiver) => waiver.rules.includes(rule) && plan.atMs < endMs(waiver, plan) && whyVoid(waiver, plan) === null,
    );
  }
}

function requested(told: Told): Waiver {
  const { data } = told;
  return {
    planDigest: text(data['planDigest'], 'data.planDigest'),
    rules: list(data['rules'], 'data.rules').map((rule) => text(rule, 'data.rules')),
    expiresAtMs: whole(data['expiresAtMs'], 'data.expiresAtMs'),
    requestedAtMs: told.atMs,
    requester: told.actor.subject,
    approvers: new Set(),
    rejected: false,
  };
}

function whyVoid(waiver: Waiver, { planDigest }: WaivedPlan): string | null {
  if (waiver.planDigest !== planDigest) return 'was asked for another plan';
  if (waiver.rejected) return 'was rejected';
  return waiver.approvers.size < EYES ? `has ${waiver.approvers.size} of ${EYES} approvers` : null;
}

/** What is wrong with the use that a plan makes of waivers. */
export function wrongWaivers(book: WaiverBook, uses: readonly WaiverUse[], plan: WaivedPlan): readonly string[] {
  return uses.flatMap((use) => {
    const fault = faultOf(book.get(use.waiverId), use, plan);
    return fault === null ? [] : [`waiver ${use.waiverId} ${fault}`];
  });
}

function faultOf(waiver: Waiver | null, use: WaiverUse, plan: WaivedPlan): string | null {
  if (waiver === null) return 'is not on this chain';
  const foreign = use.rules.find((rule) => !waiver.rules.includes(rule));
  if (foreign !== undefined) return `was not asked for ${foreign}`;
  if (use.expiresAtMs !== waiver.expiresAtMs) return 'ends at another time than was approved';
  return plan.atMs < endMs(waiver, plan) ? whyVoid(waiver, plan) : 'had ended';
}

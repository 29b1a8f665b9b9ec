import type { Policy } from '../contract/policy.ts';
import type { Violation } from '../contract/violation.ts';
import { hoursToMs } from '../hours.ts';
import type { WaiverUse } from './waiver.ts';
import { isPreflightItem, isWaivable } from './waiverRules.ts';
import { approversMissing, type WaiverState, waiverStanding } from './waiverState.ts';

type Term = Pick<Policy, 'waiverMaxDays'>;

/** When its leave ends: at its own time, and never later than this policy lets a waiver last. */
const endMs = (waiver: WaiverState, { waiverMaxDays }: Term) =>
  Math.min(waiver.expiresAtMs, waiver.requestedAtMs + hoursToMs(24 * waiverMaxDays));

function stands(waiver: WaiverState, policy: Term, nowMs: number): boolean {
  return waiverStanding(waiver, nowMs) === 'approved' && nowMs < endMs(waiver, policy);
}

/** Of the waivers of a plan the one that covers this rule longest; null where none does at this moment. */
export function coveringWaiver(
  waivers: readonly WaiverState[],
  rule: string,
  policy: Term,
  nowMs: number,
): WaiverState | null {
  return waivers
    .filter((waiver) => waiver.rules.includes(rule) && stands(waiver, policy, nowMs))
    .reduce<WaiverState | null>(
      (longest, waiver) => (longest !== null && endMs(longest, policy) >= endMs(waiver, policy) ? longest : waiver),
      null,
    );
}

/** Of the waivers of a plan those that cover what it breaks at this moment, each once. */
export function coveringWaivers(
  uses: readonly WaiverUse[],
  waivers: readonly WaiverState[],
  policy: Term,
  nowMs: number,
): readonly WaiverState[] {
  const covering = rulesOf(uses).map((rule) => coveringWaiver(waivers, rule, policy, nowMs));
  return [...new Set(covering.filter((waiver) => waiver !== null))];
}

const rulesOf = (uses: readonly WaiverUse[]) => [...new Set(uses.flatMap((use) => use.rules))].toSorted();

/** A violation with what a waiver can do about it, and the one that does. */
export type WeighedViolation = Violation & { readonly waivable: boolean; readonly waivedBy: string | null };

export type Weighed = { readonly violations: readonly WeighedViolation[]; readonly uses: readonly WaiverUse[] };

/** Violations beside the waivers of exactly this plan; `uses` is what the plan makes use of, preflight items that were asked for among them. */
export function weighedBy(
  violations: readonly Violation[],
  waivers: readonly WaiverState[],
  policy: Term,
  nowMs: number,
): Weighed {
  const covering = (rule: string) => coveringWaiver(waivers, rule, policy, nowMs);
  const weighed = violations.map((broken) => {
    const waivable = isWaivable(broken);
    return { ...broken, waivable, waivedBy: waivable ? (covering(broken.rule)?.waiverId ?? null) : null };
  });
  const items = waivers.flatMap(({ rules }) => rules.filter(isPreflightItem));
  const used = [...weighed.filter(({ waivedBy }) => waivedBy !== null).map(({ rule }) => rule), ...items];
  return { violations: weighed, uses: usesOf([...new Set(used)], covering) };
}

function usesOf(rules: readonly string[], covering: (rule: string) => WaiverState | null): readonly WaiverUse[] {
  const byWaiver = new Map<string, WaiverUse>();
  for (const rule of rules.toSorted()) {
    const waiver = covering(rule);
    if (waiver === null) continue;
    const { waiverId, expiresAtMs } = waiver;
    const before = byWaiver.get(waiverId)?.rules ?? [];
    byWaiver.set(waiverId, { waiverId, rules: [...before, rule], expiresAtMs });
  }
  return [...byWaiver.values()];
}

export type WaiverGap = { readonly rule: string; readonly endedAtMs: number };

/** The first rule that a plan breaks by leave which has ended; null while every one is covered, be it by a renewed waiver. */
export function waiverGap(
  uses: readonly WaiverUse[],
  waivers: readonly WaiverState[],
  policy: Term,
  nowMs: number,
): WaiverGap | null {
  const rule = rulesOf(uses).find((used) => coveringWaiver(waivers, used, policy, nowMs) === null);
  if (rule === undefined) return null;
  const granted = waivers.filter((waiver) => waiver.rules.includes(rule) && approversMissing(waiver) === 0);
  const ends = granted.map((waiver) =>
    Math.min(waiver.rejected?.atMs ?? Number.POSITIVE_INFINITY, endMs(waiver, policy)),
  );
  return { rule, endedAtMs: ends.length === 0 ? nowMs : Math.min(nowMs, Math.max(...ends)) };
}

/** The same by the uses alone, where the waivers can't be read: a renewed one is not known of then. */
export function waiverGapUnseen(uses: readonly WaiverUse[], nowMs: number): WaiverGap | null {
  const ended = uses.find(({ expiresAtMs }) => expiresAtMs <= nowMs);
  const [rule] = ended?.rules ?? [];
  return ended === undefined || rule === undefined ? null : { rule, endedAtMs: ended.expiresAtMs };
}

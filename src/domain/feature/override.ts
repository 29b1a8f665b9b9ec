import type { Actor } from '../ledger/entry.ts';
import type { Exposure } from './flagDocument.ts';
import { largestThreshold } from './grants.ts';
import { ofWorkspace, withoutWorkspace, withWorkspace } from './workspace.ts';

/** What is asked for one workspace: at most so many of it, until then (null: until somebody removes it). */
export type OverrideWish = { readonly threshold: number; readonly expiresAtMs: number | null };

/**
 * A workspace's own percentage. It caps; one that lies above every grant counts as a grant to that workspace instead, takes a second
 * person, and is void from any rollback or kill.
 */
export type Override = StandingOverride & {
  readonly setBy: Actor;
  /** The one who asked first, where it took two. */
  readonly requestedBy: string | null;
  readonly comment: string | null;
  readonly atMs: number;
};

/** What matters of an override to whoever wants another one. */
export type StandingOverride = OverrideWish & { readonly raises: boolean };

/** A wish that waits for a second person. `threshold` null: to remove the override. */
export type OverrideRequest = {
  readonly threshold: number | null;
  readonly expiresAtMs: number | null;
  readonly requestedBy: string;
  readonly comment: string | null;
  readonly atMs: number;
};

export type Overrides = Readonly<Record<string, Override>>;

/** The part of an exposure, or of a document, that overrides look at. */
export type Reaching = Pick<Exposure, 'grants' | 'caps' | 'raises'>;

/** True where so many would be more than any grant gives to anybody. */
export function raisesAbove(exposure: Pick<Reaching, 'grants'>, threshold: number): boolean {
  return threshold > largestThreshold(exposure.grants);
}

/** The workspaces that are raised above so many, each with how far. */
export function raisedAbove(
  { raises }: Pick<Reaching, 'raises'>,
  most: number,
): readonly (readonly [string, number])[] {
  return Object.entries(raises).filter(([, threshold]) => threshold > most);
}

/** True where nobody of the workspace is met, now or later, who would not be met without this change. `next` null: removed. */
export function onlyNarrows(exposure: Reaching, before: StandingOverride | null, next: OverrideWish | null): boolean {
  const raises = next !== null && raisesAbove(exposure, next.threshold);
  if (raises) return before?.raises === true && isWithin(next, before);
  // Nothing stands above the grants any more: what is left is a cap, or none.
  if (before === null || before.raises) return true;
  return next !== null && next.threshold <= before.threshold && endsNoEarlier(next, before);
}

const isWithin = (next: OverrideWish, before: StandingOverride) =>
  next.threshold <= before.threshold && endMs(next) <= endMs(before);

const endsNoEarlier = (next: OverrideWish, before: StandingOverride) => endMs(next) >= endMs(before);

const endMs = ({ expiresAtMs }: OverrideWish) => expiresAtMs ?? Number.POSITIVE_INFINITY;

/** What lookups see of single workspaces once this wish holds for one of them; null: once it has no override. */
export function withOverride(
  exposure: Reaching,
  workspaceId: string,
  wish: OverrideWish | null,
): Pick<Exposure, 'caps' | 'raises'> {
  const caps = withoutWorkspace(exposure.caps, workspaceId);
  const raises = withoutWorkspace(exposure.raises, workspaceId);
  if (wish === null) return { caps, raises };
  const { threshold } = wish;
  if (raisesAbove(exposure, threshold)) return { caps, raises: withWorkspace(raises, workspaceId, threshold) };
  return { caps: withWorkspace(caps, workspaceId, threshold), raises };
}

/** The same for a wish that only narrows: it leaves a raise where one stands and nowhere else, however little the grants are by now. */
export function narrowedTo(
  exposure: Reaching,
  workspaceId: string,
  wish: OverrideWish | null,
): Pick<Exposure, 'caps' | 'raises'> {
  const isRaised = ofWorkspace(exposure.raises, workspaceId) !== null;
  if (wish === null || isRaised) return withOverride(exposure, workspaceId, wish);
  return { caps: withWorkspace(exposure.caps, workspaceId, wish.threshold), raises: exposure.raises };
}

/** Those whose time is over, in the order of their workspaces. */
export function expiredOverrides(overrides: Overrides, nowMs: number): readonly string[] {
  const over = Object.entries(overrides).filter(([, override]) => endMs(override) <= nowMs);
  return over.map(([workspaceId]) => workspaceId).sort();
}

/** The caps that stand: what is left of a feature's overrides after a rollback or a kill. */
export function capsAmong(overrides: Overrides): Overrides {
  return Object.fromEntries(Object.entries(overrides).filter(([, { raises }]) => !raises));
}

/** The same where a hand has lowered what raises a workspace, or taken it away. */
export function loweredOverrides(overrides: Overrides, { raises }: Exposure): Overrides {
  const standing = Object.entries(overrides).filter(([id, override]) => !override.raises || Object.hasOwn(raises, id));
  const lowered = standing.map(([id, override]): [string, Override] => {
    const threshold = override.raises ? (raises[id] ?? 0) : override.threshold;
    return [id, { ...override, threshold }];
  });
  return Object.fromEntries(lowered);
}

/**
 * Caps that stand in an exposure, and no override tells of them: somebody closed, and the ledger never heard who. Nor until when, so
 * they have no end, and are lifted by two people.
 */
export function unheardCaps(
  overrides: Overrides,
  { caps }: Exposure,
  said: Pick<Override, 'setBy' | 'comment' | 'atMs'>,
): Overrides {
  const isTold = ([id, threshold]: readonly [string, number]) => {
    const standing = ofWorkspace(overrides, id);
    return standing !== null && !standing.raises && standing.threshold === threshold;
  };
  const unheard = Object.entries(caps).filter((cap) => !isTold(cap));
  const override = { expiresAtMs: null, raises: false, requestedBy: null, ...said };
  return Object.fromEntries(unheard.map(([id, threshold]) => [id, { ...override, threshold }]));
}

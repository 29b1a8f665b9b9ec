import type { FeatureState } from '../feature/featureState.ts';
import { exposedTo, type Grants } from '../feature/grants.ts';
import { covers, EVERYONE, INTERNAL } from '../feature/scope.ts';
import { FULL_THRESHOLD } from '../feature/threshold.ts';
import { isApproved, sealingApproval } from '../governance/contractState.ts';
import { isAtLeast, type LadderStage, topOf } from './ladder.ts';
import { audienceOf, type Track, type Tracks, visibleSteps } from './track.ts';

/**
 * available  a completed rollout exposes it to everyone
 * limited    some customers meet it
 * planned    announced; no customer meets it yet
 * withdrawn  customers met it or were told of it, and that is taken back
 */
export const AVAILABILITIES = ['available', 'limited', 'planned', 'withdrawn'] as const;
export type Availability = (typeof AVAILABILITIES)[number];

/** The contract under which customers meet the feature at present; null where none of them does. */
export function holderOf({ open, settled }: Tracks, { exposure }: FeatureState): Track | null {
  if (exposure.killed || !meetsCustomers(exposure.grants)) return null;
  let track = open ?? settled;
  while (track !== null && audienceOf(track) === 'INTERNAL') track = track.footing;
  return track;
}

/** What customers can have of what somebody holds for them. */
export function heldAvailability({ exposure, settled }: FeatureState): Availability {
  return meetsEveryone(exposure.grants) && meetsEveryone(settled) ? 'available' : 'limited';
}

/** Of a contract that holds nothing for customers. */
export function unheldAvailability(track: Track, killedAtMs: number | null, nowMs: number): Availability {
  const wasMet = isAtLeast(topOf(visibleSteps(track)), 'LIMITED');
  const isTakenBack = track.isBack || isLapsed(track, nowMs) || (killedAtMs ?? 0) >= newestFactMs(track, null);
  return wasMet || isTakenBack ? 'withdrawn' : 'planned';
}

/** When the newest thing happened that customers are told of. A kill is one of what the feature had settled on. */
export function newestFactMs(track: Track, killedAtMs: number | null): number {
  const told: readonly LadderStage[] = visibleSteps(track).map(({ stage }) => stage);
  const announcedMs = told.includes('PLANNED') ? (sealingApproval(track.contract).atMs ?? 0) : 0;
  const movedMs = track.stands === 'waiting' ? 0 : track.lastAtMs;
  return Math.max(announcedMs, movedMs, track.stands === 'completed' ? (killedAtMs ?? 0) : 0);
}

/** Approved once, and now nothing that could start: rejected, or too late. */
const isLapsed = ({ contract, stands }: Track, nowMs: number) => stands === 'waiting' && !isApproved(contract, nowMs);

const meetsEveryone = (grants: Grants) => exposedTo(grants, EVERYONE) === FULL_THRESHOLD;

const meetsCustomers = (grants: Grants) =>
  grants.some(({ scope, threshold }) => threshold > 0 && !covers(INTERNAL, scope));

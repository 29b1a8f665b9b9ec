import type { FeatureState } from '../feature/featureState.ts';
import type { ContractState } from '../governance/contractState.ts';
import { type Availability, heldAvailability, holderOf, newestFactMs, unheldAvailability } from './availability.ts';
import { type LadderStage, topOf } from './ladder.ts';
import type { Milestone } from './milestone.ts';
import { speaking, type Track, tracksOf, visibleSteps, waiting } from './track.ts';

/** What is recorded of one feature, as far as customers may be told of it. */
export type CustomerRecords = {
  readonly state: FeatureState;
  /** Every one that names a capability, and every other that moved the exposure; oldest first. */
  readonly contracts: readonly ContractState[];
  /** In the order of the chain. */
  readonly milestones: readonly Milestone[];
};

/** All that customers are ever told (ROLLOUT-003): words that somebody wrote for them, words of the ladder, past times. */
export type CustomerView = {
  readonly capability: string;
  readonly stage: LadderStage;
  readonly availability: Availability;
  readonly visibleFeatures: readonly string[];
  readonly timeline: readonly { readonly stage: LadderStage; readonly at: string }[];
};

/**
 * Facts alone: no plan, no reason, no internal id, no percentage. Null: nothing of it is for customers.
 *
 * What customers meet comes first; else the contract with the newest fact. So a later contract that was rolled back leaves
 * what an earlier one holds, and one in progress says nothing while customers still have the other.
 */
export function customerView(records: CustomerRecords, nowMs: number): CustomerView | null {
  const { state, contracts, milestones } = records;
  const tracks = tracksOf(contracts, milestones);
  const held = speaking(holderOf(tracks, state));
  if (held !== null) return viewOf(held, heldAvailability(state));
  const { killedAtMs } = tracks;
  const told = contracts
    .map((contract) => tracks.byContract.get(contract.contract.id) ?? waiting(contract))
    .filter((track) => visibleSteps(track).length > 0)
    // Of facts of one moment those of the later contract.
    .reduce<Track | null>(
      (newest, track) =>
        newest === null || newestFactMs(track, killedAtMs) >= newestFactMs(newest, killedAtMs) ? track : newest,
      null,
    );
  return told === null ? null : viewOf(told, unheldAvailability(told, killedAtMs, nowMs));
}

function viewOf(track: Track, availability: Availability): CustomerView | null {
  const { capability } = track.contract.contract;
  const steps = visibleSteps(track);
  if (capability === undefined || steps.length === 0) return null;
  return {
    capability: capability.name,
    stage: topOf(steps),
    availability,
    visibleFeatures: capability.visibleFeatures,
    timeline: steps.map(({ stage, atMs }) => ({ stage, at: new Date(atMs).toISOString() })),
  };
}

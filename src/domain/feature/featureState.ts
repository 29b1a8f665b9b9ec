import type { Entry } from '../ledger/entry.ts';
import type { Exposure } from './flagDocument.ts';
import type { Grants } from './grants.ts';

/** What a feature exposes and what that rests on: the fold of its chain. */
export type FeatureState = {
  /** Grows with every entry that changes this state: what compare-and-set looks at. */
  readonly version: number;
  readonly exposure: Exposure;
  /** What completed rollouts left: where a new one begins, and what it rolls back to. */
  readonly settled: Grants;
  readonly cooldownUntilMs: number | null;
  /** Who asked to revive; somebody else has to ask again. */
  readonly reviveRequestedBy: string | null;
};

/** A feature that nobody has been let into yet. Version 1 of its document: closed. */
export function closedFeature(createdAtMs: number): FeatureState {
  return {
    version: 0,
    exposure: { documentVersion: 1, changedAtMs: createdAtMs, killed: false, grants: [], caps: {}, live: null },
    settled: [],
    cooldownUntilMs: null,
    reviveRequestedBy: null,
  };
}

/** The state after one more entry. A dry run's entries pretend: they change nothing here. */
export function foldFeature(state: FeatureState, entry: Entry): FeatureState {
  const changed = entry.dryRun ? null : changeBy(state, entry);
  return changed === null ? state : { ...state, ...changed, version: state.version + 1 };
}

function changeBy(state: FeatureState, entry: Entry): Partial<FeatureState> | null {
  switch (entry.type) {
    case 'started':
    case 'ramped':
    case 'advanced':
    case 'driftAdopted':
      return { exposure: entry.data.exposure };
    case 'completed':
      return { exposure: entry.data.exposure, settled: entry.data.exposure.grants };
    case 'rolledBack':
      return { exposure: entry.data.exposure, cooldownUntilMs: laterOf(state, entry.data.cooldownUntilMs) };
    case 'killed':
      return { exposure: entry.data.exposure, reviveRequestedBy: null };
    case 'reviveRequested':
      return { reviveRequestedBy: entry.actor.subject };
    case 'revived':
      return { exposure: entry.data.exposure, reviveRequestedBy: null };
    default:
      return null;
  }
}

const laterOf = (state: FeatureState, untilMs: number) => Math.max(state.cooldownUntilMs ?? 0, untilMs);

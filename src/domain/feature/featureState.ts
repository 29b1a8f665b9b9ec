import { type PendingConfirmation, pendingSince, withoutConfirmed } from '../confirmation/pendingConfirmation.ts';
import { incidentsAfter, type OpenIncident } from '../governance/incident.ts';
import type { Entry, EntryOf } from '../ledger/entry.ts';
import type { Exposure } from './flagDocument.ts';
import { type Grants, noHigherThan } from './grants.ts';
import { capsAmong, loweredOverrides, type OverrideRequest, type Overrides, unheardCaps } from './override.ts';
import { withoutWorkspace, withWorkspace } from './workspace.ts';

/** What a feature exposes and what that rests on: the fold of its chain. */
export type FeatureState = {
  /** Grows with every entry that changes this state: what compare-and-set looks at. */
  readonly version: number;
  readonly exposure: Exposure;
  /** What completed rollouts left: where a new one begins, and what it rolls back to. */
  readonly settled: Grants;
  readonly cooldownUntilMs: number | null;
  /** A closing that the flag store has not been seen to have: reconciliation records it as removed once it does. */
  readonly removalPending: { readonly rolloutId: string | null; readonly triggeredAtMs: number } | null;
  /** Closings that the flag store has and that are not confirmed yet; oldest first. */
  readonly confirmationsPending: readonly PendingConfirmation[];
  /** Who asked to revive; somebody else has to ask again. */
  readonly reviveRequestedBy: string | null;
  /** By workspace. */
  readonly overrides: Overrides;
  readonly overrideRequests: Readonly<Record<string, OverrideRequest>>;
  /** Linked to rollouts of the feature and not resolved. */
  readonly openIncidents: readonly OpenIncident[];
};

/** A feature that nobody has been let into yet. Version 1 of its document: closed. */
export function closedFeature(createdAtMs: number): FeatureState {
  return {
    version: 0,
    exposure: {
      documentVersion: 1,
      changedAtMs: createdAtMs,
      killed: false,
      grants: [],
      caps: {},
      raises: {},
      live: null,
    },
    settled: [],
    cooldownUntilMs: null,
    removalPending: null,
    confirmationsPending: [],
    reviveRequestedBy: null,
    overrides: {},
    overrideRequests: {},
    openIncidents: [],
  };
}

/** The state after one more entry. A dry run's entries pretend: they change nothing here. */
export function foldFeature(state: FeatureState, entry: Entry): FeatureState {
  if (entry.dryRun) return state;
  // It only tells: what was seen of the feature before is as good as after it.
  if (entry.type === 'exposureConfirmed')
    return { ...state, confirmationsPending: withoutConfirmed(state.confirmationsPending, entry) };
  const changed = changeBy(state, entry);
  return changed === null ? state : { ...state, ...changed, version: state.version + 1 };
}

function changeBy(state: FeatureState, entry: Entry): Partial<FeatureState> | null {
  switch (entry.type) {
    case 'started':
    case 'ramped':
    case 'advanced':
      return { exposure: entry.data.exposure };
    case 'driftAdopted':
      return adopted(state, entry);
    case 'completed':
      return { exposure: entry.data.exposure, settled: entry.data.exposure.grants };
    case 'rollbackStep':
      return { exposure: entry.data.exposure, overrides: capsAmong(state.overrides), overrideRequests: {} };
    case 'rolledBack':
      return rolledBack(state, entry);
    case 'killed':
      return {
        exposure: entry.data.exposure,
        reviveRequestedBy: null,
        removalPending: removalOf(entry),
        overrides: capsAmong(state.overrides),
        overrideRequests: {},
      };
    case 'exposureRemoved':
      return { removalPending: null, confirmationsPending: [...state.confirmationsPending, pendingSince(entry)] };
    case 'driftRepaired':
      return { exposure: { ...state.exposure, documentVersion: entry.data.documentVersion } };
    case 'reviveRequested':
      return { reviveRequestedBy: entry.actor.subject };
    case 'revived':
      return { exposure: entry.data.exposure, reviveRequestedBy: null };
    case 'overrideRequested':
      return { overrideRequests: withWorkspace(state.overrideRequests, entry.data.workspaceId, requestIn(entry)) };
    case 'overrideSet':
      return overrideSet(state, entry);
    case 'overrideRemoved':
      return overrideRemoved(state, entry);
    case 'incidentLinked':
      // Its own cooldown is what a new rollout waits for, and a steady baseline; people's incidents are what else there is.
      if (entry.actor.kind === 'sluice') return null;
      return { openIncidents: linkedIncidents(state, entry) };
    default:
      return null;
  }
}

function rolledBack(state: FeatureState, entry: EntryOf<'rolledBack'>): Partial<FeatureState> | null {
  const { exposure, cooldownUntilMs, fromStage } = entry.data;
  // A cancelled rollout had exposed nobody: what others do meanwhile is not its to say.
  if (fromStage === null) return null;
  const cooled = { exposure, cooldownUntilMs: Math.max(state.cooldownUntilMs ?? 0, cooldownUntilMs) };
  const standing = { overrides: capsAmong(state.overrides), overrideRequests: {} };
  return { ...cooled, ...standing, removalPending: removalOf(entry) };
}

/**
 * A cap by hand holds for what completed rollouts left, too: of that there is left what the hand has left, in its scopes. Only a
 * contract or a second person lifts it.
 */
function adopted(state: FeatureState, { data, actor, comment, at }: EntryOf<'driftAdopted'>): Partial<FeatureState> {
  const { exposure } = data;
  const caps = unheardCaps(state.overrides, exposure, { setBy: actor, comment, atMs: Date.parse(at) });
  return {
    exposure,
    settled: noHigherThan(exposure.grants, state.settled),
    overrides: { ...loweredOverrides(state.overrides, exposure), ...caps },
    // Who asked for more did so before it was closed.
    overrideRequests: Object.keys(caps).reduce(withoutWorkspace, state.overrideRequests),
  };
}

const linkedIncidents = (state: FeatureState, { data, rollout, at }: EntryOf<'incidentLinked'>) =>
  incidentsAfter(state.openIncidents, data, { rolloutId: rollout ?? '', atMs: Date.parse(at) });

const removalOf = (entry: Entry) => ({ rolloutId: entry.rollout, triggeredAtMs: Date.parse(entry.at) });

const requestIn = (entry: EntryOf<'overrideRequested'>): OverrideRequest => ({
  threshold: entry.data.threshold,
  expiresAtMs: entry.data.expiresAtMs,
  requestedBy: entry.actor.subject,
  comment: entry.comment,
  atMs: Date.parse(entry.at),
});

function overrideSet(state: FeatureState, entry: EntryOf<'overrideSet'>): Partial<FeatureState> {
  const { exposure, workspaceId, threshold, expiresAtMs, raises, requestedBy } = entry.data;
  const said = { setBy: entry.actor, requestedBy, comment: entry.comment, atMs: Date.parse(entry.at) };
  const override = { threshold, expiresAtMs, raises, ...said };
  return {
    exposure,
    overrides: withWorkspace(state.overrides, workspaceId, override),
    overrideRequests: withoutWorkspace(state.overrideRequests, workspaceId),
  };
}

function overrideRemoved(state: FeatureState, { data }: EntryOf<'overrideRemoved'>): Partial<FeatureState> {
  const { exposure, workspaceId } = data;
  const overrides = withoutWorkspace(state.overrides, workspaceId);
  return { exposure, overrides, overrideRequests: withoutWorkspace(state.overrideRequests, workspaceId) };
}

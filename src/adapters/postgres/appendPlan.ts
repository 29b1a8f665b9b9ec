import type { Append, Appended, Expected } from '../../control/ports/ledger.ts';
import type { Tick } from '../../control/ports/rolloutRegister.ts';
import { type FeatureState, foldFeature } from '../../domain/feature/featureState.ts';
import { type ContractState, foldContract } from '../../domain/governance/contractState.ts';
import { foldInstallation, type InstallationState } from '../../domain/governance/installationState.ts';
import { foldWaiver, type WaiverState, waiverIn } from '../../domain/governance/waiverState.ts';
import { type ChainHead, headOf, link } from '../../domain/ledger/chain.ts';
import { type Entry, type EntryDraft, INSTALLATION_CHAIN } from '../../domain/ledger/entry.ts';
import { foldRollout } from '../../domain/rollout/foldRollout.ts';
import { isWatched } from '../../domain/rollout/healthWatch.ts';
import { isLive, isTerminal, type RolloutState } from '../../domain/rollout/state.ts';

export type Conflict = Extract<Appended, { kind: 'conflict' }>;

/** A rollout as it is stored. */
export type StoredRollout = {
  readonly state: RolloutState;
  readonly fence: number;
  readonly nextCheckAtMs: number | null;
  /** Of its last poll. */
  readonly tickAtMs: number | null;
};

/** What an append rests on: read under the lock of its chain, so that it still holds when the plan is written. */
export type Standing = {
  readonly head: ChainHead;
  /** null for a chain that is no feature's. */
  readonly feature: { readonly state: FeatureState; readonly definitionVersion: number } | null;
  readonly installation: InstallationState;
  readonly contracts: ReadonlyMap<string, ContractState>;
  readonly waivers: ReadonlyMap<string, WaiverState>;
  readonly rollouts: ReadonlyMap<string, StoredRollout>;
};

export type PlannedRollout = Omit<StoredRollout, 'tickAtMs'> & {
  readonly isNew: boolean;
  /** Counts against concurrency, and there is at most one per feature. */
  readonly live: boolean;
  /** The scheduler has still to look at it. */
  readonly watched: boolean;
  /** null: the last one stays. */
  readonly tick: Tick | null;
  readonly leaseEnds: boolean;
};

/** What an append writes; of the folds only those that have changed. */
export type AppendPlan = {
  readonly kind: 'plan';
  readonly entries: readonly Entry[];
  readonly head: ChainHead;
  readonly feature: FeatureState | null;
  readonly installation: InstallationState | null;
  readonly contracts: readonly ContractState[];
  readonly waivers: readonly WaiverState[];
  readonly rollouts: readonly PlannedRollout[];
};

/** The contracts, waivers and rollouts that an append speaks of. */
export function spokenOf({ drafts, expected, ticked }: Append): {
  readonly contractIds: readonly string[];
  readonly waiverIds: readonly string[];
  readonly rolloutIds: readonly string[];
} {
  const contracts = [...drafts.map((draft) => draft.contract), expected.contract?.id];
  const waivers = [...drafts.map(waiverIn), ...(expected.waivers ?? []).map(({ id }) => id)];
  const rollouts = [
    ...drafts.map((draft) => draft.rollout),
    expected.rollout?.id,
    expected.superseded?.id,
    expected.fence?.rolloutId,
    ticked?.rolloutId,
  ];
  return { contractIds: distinct(contracts), waiverIds: distinct(waivers), rolloutIds: distinct(rollouts) };
}

/** Links the drafts and folds them into everything that is derived from the chain. Pure: storing is the caller's. */
export function planAppend(standing: Standing, append: Append, environment: string): AppendPlan | Conflict {
  const lost = lostTo(standing, append);
  if (lost !== null) return { kind: 'conflict', over: lost };
  const entries = linked(standing.head, append, environment);
  const last = entries.at(-1);
  return {
    kind: 'plan',
    entries,
    head: last === undefined ? standing.head : headOf(last),
    feature: featureAfter(standing, append.chain, entries),
    installation: installationAfter(standing, append.chain, entries),
    contracts: changed(
      standing.contracts,
      foldEach(standing.contracts, entries, (entry) => entry.contract, foldContract),
    ),
    waivers: changed(standing.waivers, foldEach(standing.waivers, entries, waiverIn, foldWaiver)),
    rollouts: rolloutsAfter(standing, append, entries),
  };
}

function lostTo(standing: Standing, { chain, drafts, expected }: Append): Conflict['over'] | null {
  const { rollouts, contracts, waivers, head } = standing;
  const { rollout, superseded, contract, fence } = expected;
  if (expected.feature !== undefined && expected.feature.key !== chain) {
    throw new Error(`an append to the chain of ${chain} can't rest on the feature ${expected.feature.key}`);
  }
  if (rollout !== undefined && !standsAs(rollouts.get(rollout.id), rollout)) return 'rollout';
  if (superseded !== undefined && rollouts.get(superseded.id)?.state.version !== superseded.version) return 'rollout';
  if (contract !== undefined && contracts.get(contract.id)?.version !== contract.version) return 'contract';
  if (expected.waivers?.some(({ id, version }) => waivers.get(id)?.version !== version)) return 'waiver';
  if (expected.seq !== undefined && head.seq !== expected.seq) return 'chain';
  if (expected.feature !== undefined && !stands(standing, expected.feature)) return 'feature';
  if (fence !== undefined && rollouts.get(fence.rolloutId)?.fence !== fence.fence) return 'lease';
  return drafts.map((draft) => takenBy(standing, draft)).find((over) => over !== null) ?? null;
}

function standsAs(stored: StoredRollout | undefined, expected: NonNullable<Expected['rollout']>): boolean {
  if (stored?.state.version !== expected.version) return false;
  return expected.tickAtMs === undefined || stored.tickAtMs === expected.tickAtMs;
}

function stands({ feature }: Standing, { version, definitionVersion }: NonNullable<Expected['feature']>): boolean {
  if (feature?.state.version !== version) return false;
  return definitionVersion === undefined || feature.definitionVersion === definitionVersion;
}

/** What begins something under an id that is taken. */
function takenBy({ rollouts, contracts, waivers }: Standing, draft: EntryDraft): Conflict['over'] | null {
  if (draft.type === 'created' && rollouts.has(draft.rollout ?? '')) return 'rollout';
  if (draft.type === 'proposed' && contracts.has(draft.contract ?? '')) return 'contract';
  return draft.type === 'waiverRequested' && waivers.has(draft.data.waiverId) ? 'waiver' : null;
}

function linked(head: ChainHead, { chain, drafts, recordedAtMs }: Append, environment: string): readonly Entry[] {
  const entries: Entry[] = [];
  for (const draft of drafts) {
    const last = entries.at(-1);
    entries.push(link(last === undefined ? head : headOf(last), draft, { chain, environment, recordedAtMs }));
  }
  return entries;
}

function featureAfter({ feature }: Standing, chain: string, entries: readonly Entry[]): FeatureState | null {
  if (chain === INSTALLATION_CHAIN) return null;
  if (feature === null) throw new Error(`there is no feature ${chain} whose chain could be continued`);
  const after = entries.reduce(foldFeature, feature.state);
  return after === feature.state ? null : after;
}

function installationAfter(standing: Standing, chain: string, entries: readonly Entry[]): InstallationState | null {
  if (chain !== INSTALLATION_CHAIN) return null;
  const after = entries.reduce(foldInstallation, standing.installation);
  return after === standing.installation ? null : after;
}

function changed<S>(before: ReadonlyMap<string, S>, after: ReadonlyMap<string, S>): readonly S[] {
  return [...after].filter(([id, state]) => state !== before.get(id)).map(([, state]) => state);
}

function rolloutsAfter({ rollouts }: Standing, append: Append, entries: readonly Entry[]): readonly PlannedRollout[] {
  const before = new Map([...rollouts].map(([id, { state }]) => [id, state]));
  const after = foldEach(before, entries, (entry) => entry.rollout, foldRollout);
  return (
    [...after]
      .filter(([id, state]) => state !== before.get(id) || append.ticked?.rolloutId === id)
      .map(([id, state]) => plannedRollout(rollouts.get(id), state, append))
      // One that ends makes room for the one that takes it over: the database allows one live rollout of a feature at any moment.
      .toSorted((one, other) => Number(one.live) - Number(other.live))
  );
}

function plannedRollout(before: StoredRollout | undefined, state: RolloutState, append: Append): PlannedRollout {
  const ticked = append.ticked?.rolloutId === state.id ? append.ticked : null;
  const hasChanged = before?.state.version !== state.version;
  // Whoever ticks it now weighs what is over: without this the scheduler could not look again before that lease has run out.
  const isTakenAway = hasChanged && !holdsLease(append.expected, state.id);
  const wantedAtMs = hasChanged ? append.recordedAtMs : (before?.nextCheckAtMs ?? null);
  return {
    state,
    isNew: before === undefined,
    live: isLive(state) && !state.dryRun,
    watched: isLookedAt(state),
    tick: ticked?.tick ?? null,
    nextCheckAtMs: nextCheckAtMs(state, ticked?.nextCheckAtMs ?? wantedAtMs),
    fence: (before?.fence ?? 0) + (isTakenAway ? 1 : 0),
    leaseEnds: ticked !== null || isTakenAway,
  };
}

const holdsLease = ({ fence }: Expected, rolloutId: string) => fence?.rolloutId === rolloutId;

/** Until it has ended, and then until it is known whether a rollback has helped. */
const isLookedAt = (state: RolloutState) => !isTerminal(state.wedgeState) || isWatched(state);

/** Looked at while it is open; before it has opened only if it is to open by itself, and not before that time. */
function nextCheckAtMs(state: RolloutState, wantedAtMs: number | null): number | null {
  if (!isLookedAt(state) || wantedAtMs === null) return null;
  if (state.wedgeState !== 'PENDING') return wantedAtMs;
  return state.startAtMs === null ? null : Math.max(state.startAtMs, wantedAtMs);
}

/** Each entry folded into the state that it belongs to. */
function foldEach<S>(
  before: ReadonlyMap<string, S>,
  entries: readonly Entry[],
  idIn: (entry: Entry) => string | null,
  fold: (state: S | null, entry: Entry) => S,
): ReadonlyMap<string, S> {
  const states = new Map(before);
  for (const entry of entries) {
    const id = idIn(entry);
    if (id !== null) states.set(id, fold(states.get(id) ?? null, entry));
  }
  return states;
}

const distinct = (ids: readonly (string | null | undefined)[]) => [...new Set(ids.filter((id) => id != null))];

import { covers, INTERNAL } from '../feature/scope.ts';
import { type ContractState, sealingApproval } from '../governance/contractState.ts';
import { climbed, type LadderStage, type Step } from './ladder.ts';
import type { Milestone } from './milestone.ts';

/**
 * What one contract did to what people meet.
 * waiting     nothing yet
 * open        its rollout exposes somebody
 * completed   what it exposes is the feature's own
 * superseded  another rollout goes on with its exposure
 * gone        rolled back, or cancelled before it began
 */
export type Track = {
  readonly contract: ContractState;
  readonly stands: 'waiting' | 'open' | 'completed' | 'superseded' | 'gone';
  readonly stageIndex: number;
  /** What its own stages reached, as they were reached. */
  readonly reached: readonly Step[];
  /** The last move of its exposure was a step back. */
  readonly isBack: boolean;
  readonly lastAtMs: number;
  /** Whose exposure this one began on: its steps are behind it, whatever comes. */
  readonly before: Track | null;
  /** Whose exposure is still there beside its own: a rollback lets go of what was taken over. */
  readonly footing: Track | null;
  /** What the feature had settled on: where a rollback to zero leads. */
  readonly ground: Track | null;
};

/** All contracts of a feature that moved its exposure, and what holds it now. */
export type Tracks = {
  readonly byContract: ReadonlyMap<string, Track>;
  readonly open: Track | null;
  readonly settled: Track | null;
  readonly killedAtMs: number | null;
};

/** The fold of a feature's milestones. Dry runs pretend, and are no facts. */
export function tracksOf(contracts: readonly ContractState[], milestones: readonly Milestone[]): Tracks {
  const known = new Map(contracts.map((state) => [state.contract.id, state]));
  const none: Tracks = { byContract: new Map(), open: null, settled: null, killedAtMs: null };
  return milestones.filter(({ dryRun }) => !dryRun).reduce((tracks, one) => moved(tracks, one, known), none);
}

export const waiting = (contract: ContractState): Track => ({
  contract,
  stands: 'waiting',
  stageIndex: 0,
  reached: [],
  isBack: false,
  lastAtMs: contract.proposedAtMs,
  before: null,
  footing: null,
  ground: null,
});

/** Whom the stage that a track stands in is for. A stage that meets internals alone is INTERNAL, whatever it calls itself. */
export function audienceOf({ contract, stageIndex }: Pick<Track, 'contract' | 'stageIndex'>): LadderStage {
  const stage = contract.contract.rolloutWedge.wedgeStages[stageIndex];
  if (stage === undefined) throw new Error(`contract ${contract.contract.id} has no stage ${stageIndex}`);
  return covers(INTERNAL, stage.scope) ? 'INTERNAL' : stage.audience;
}

/** The nearest contract, down from this one, of which customers know anything. */
export function speaking(track: Track | null): Track | null {
  return track === null || visibleSteps(track).length > 0 ? track : speaking(track.before);
}

/**
 * The steps that customers may know of, up to where the track has come: those of what it began on, then its own. A contract
 * that names no capability says nothing; one that was not announced says nothing until customers meet it.
 */
export function visibleSteps(track: Track): readonly Step[] {
  const { capability } = track.contract.contract;
  if (capability === undefined) return [];
  const { announced } = capability;
  const sealedMs = announced ? sealingApproval(track.contract).atMs : null;
  const planned: readonly Step[] = sealedMs === null ? [] : [{ stage: 'PLANNED', atMs: sealedMs }];
  const own = [...planned, ...track.reached.filter(({ stage }) => announced || stage !== 'INTERNAL')];
  const behind = own.length === 0 ? null : speaking(track.before);
  return climbed([...(behind === null ? [] : visibleSteps(behind)), ...own]);
}

function moved(tracks: Tracks, one: Milestone, known: ReadonlyMap<string, ContractState>): Tracks {
  const atMs = Date.parse(one.at);
  if (one.type === 'killed') return { ...tracks, killedAtMs: atMs };
  if (one.type === 'revived') return { ...tracks, killedAtMs: null };
  const contract = known.get(one.contract ?? '');
  if (contract === undefined) throw new Error(`entry ${one.seq} is about a contract that was not read`);
  const track = tracks.byContract.get(contract.contract.id) ?? waiting(contract);
  return placed(tracks, { ...trackAfter(tracks, track, one), lastAtMs: atMs });
}

function trackAfter(tracks: Tracks, track: Track, one: Exclude<Milestone, { type: 'killed' | 'revived' }>): Track {
  switch (one.type) {
    case 'started': {
      const before = one.data.supersedes === null ? tracks.settled : supersededIn(tracks, one.data.supersedes);
      const begun = { ...track, stands: 'open' as const, before, footing: before, ground: tracks.settled };
      return opened(begun, one.data.stageIndex, Date.parse(one.at));
    }
    case 'advanced':
      return opened(track, one.data.stageIndex, Date.parse(one.at));
    case 'rolledBack': {
      const back = { ...track, isBack: true, footing: track.ground };
      const { toStageIndex } = one.data;
      return toStageIndex === null ? { ...back, stands: 'gone' } : { ...back, stageIndex: toStageIndex };
    }
    case 'completed':
      return { ...track, stands: 'completed' };
    case 'superseded':
      return { ...track, stands: 'superseded' };
  }
}

function opened(track: Track, stageIndex: number, atMs: number): Track {
  const stage = audienceOf({ ...track, stageIndex });
  return { ...track, stageIndex, isBack: false, reached: [...track.reached, { stage, atMs }] };
}

function placed(tracks: Tracks, track: Track): Tracks {
  const byContract = new Map(tracks.byContract).set(track.contract.contract.id, track);
  const wasOpen = tracks.open?.contract.contract.id === track.contract.contract.id;
  const open = track.stands === 'open' ? track : wasOpen ? null : tracks.open;
  return { ...tracks, byContract, open, settled: track.stands === 'completed' ? track : tracks.settled };
}

/** By its rollout: the `started` entry names that, and `superseded` came right before it. */
function supersededIn({ byContract }: Tracks, rolloutId: string): Track | null {
  return [...byContract.values()].find(({ contract }) => contract.usedBy === rolloutId) ?? null;
}

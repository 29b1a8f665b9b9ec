import type { Verdict } from '../health/verdict.ts';
import type { Entry, EntryOf } from '../ledger/entry.ts';
import type { Reason } from '../rollout/reason.ts';
import { currentStage } from '../rollout/state.ts';
import type { SimulatedPoll, SimulatedRollout } from './simulatedRollout.ts';

/** One thing that would have happened, with the verdicts that it rests on. */
export type Happening = {
  readonly atMs: number;
  readonly type: 'started' | 'ramped' | 'advanced' | 'held' | 'alerted' | 'paused' | 'rolledBack' | 'completed';
  readonly reason: Reason | null;
  readonly detail: string;
  readonly stageId: string;
  readonly percentageBefore: number;
  readonly percentageAfter: number;
  /** Somebody's word on the stage was needed, and is taken as given. */
  readonly approvalTakenAsGiven: boolean;
  /** Of the poll; empty of a hold, whose detail names the one that it waits for. */
  readonly verdicts: readonly Verdict[];
};

/** A stay at one exposure: the ramp, or a visit of a stage. */
export type Stay = {
  readonly stageId: string;
  readonly stageIndex: number;
  readonly phase: 'ramp' | 'stage';
  readonly visit: number;
  readonly percentage: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** How long it was held, for what. */
  readonly heldMs: Readonly<Partial<Record<Reason, number>>>;
};

export type Noted = { readonly happenings: readonly Happening[]; readonly ended: Stay | null };

type Told = Happening['type'];
const TOLD: ReadonlySet<Entry['type']> = new Set<Told>([
  ...(['started', 'ramped', 'advanced', 'held', 'alerted', 'paused', 'rolledBack', 'completed'] as const),
]);

const NOTHING_CHANGED = { percentageBefore: 0, percentageAfter: 0, approvalTakenAsGiven: false, verdicts: [] };

/** What became of a simulated rollout, told poll by poll. */
export class Diary {
  #stay: Stay | null = null;
  #heldMs: Partial<Record<Reason, number>> = {};
  #startHeldFor: Reason | null = null;

  /** `intervalMs`: until the next poll, which is how long a hold lasts at least. */
  note(poll: SimulatedPoll, atMs: number, intervalMs: number): Noted {
    const { after, decision, entries } = poll;
    const isHold = decision.kind === 'hold' || decision.kind === 'awaitApproval';
    const happenings = entries.length === 0 ? this.#heldAtStart(poll, atMs) : happeningsIn(poll, atMs);
    const ended = entries.some(({ type }) => MOVES.has(type)) ? this.#move(after, atMs) : null;
    if (isHold && this.#stay !== null) {
      this.#heldMs[decision.reason] = (this.#heldMs[decision.reason] ?? 0) + intervalMs;
    }
    return { happenings, ended };
  }

  /** The stay that the end of the period cuts off; null where there is none. */
  end(atMs: number): Stay | null {
    return this.#left(atMs);
  }

  /** A ledger says nothing of it: who asked for the start is told at once. */
  #heldAtStart({ after, decision }: SimulatedPoll, atMs: number): readonly Happening[] {
    const { rollout } = after;
    if (rollout.wedgeState !== 'PENDING' || decision.reason === this.#startHeldFor) return [];
    this.#startHeldFor = decision.reason;
    const { reason, detail } = decision;
    const { stageId } = currentStage(rollout);
    return [{ ...{ atMs, type: 'held', reason, detail, stageId }, ...NOTHING_CHANGED }];
  }

  #move(after: SimulatedRollout, atMs: number): Stay | null {
    const ended = this.#left(atMs);
    const { rollout } = after;
    this.#heldMs = {};
    if (rollout.phase !== 'ramp' && rollout.phase !== 'stage') return ended;
    const { stageIndex, phase, visit, threshold } = rollout;
    const { stageId } = currentStage(rollout);
    this.#stay = {
      stageId,
      stageIndex,
      phase,
      visit,
      percentage: threshold / 1000,
      fromMs: atMs,
      toMs: atMs,
      heldMs: {},
    };
    return ended;
  }

  #left(toMs: number): Stay | null {
    const stay = this.#stay;
    this.#stay = null;
    return stay === null ? null : { ...stay, toMs, heldMs: this.#heldMs };
  }
}

const MOVES: ReadonlySet<Entry['type']> = new Set(['started', 'ramped', 'advanced', 'rolledBack', 'completed']);

function happeningsIn({ after, decision, entries }: SimulatedPoll, atMs: number): readonly Happening[] {
  const approvalTakenAsGiven = entries.some(({ type }) => type === 'stageApproved');
  return entries.filter(isTold).map((entry) => ({
    atMs,
    type: entry.type,
    reason: entry.reason,
    detail: entry.type === 'alerted' ? entry.data.detail : decision.detail,
    stageId: entry.stage ?? '',
    percentageBefore: entry.percentageBefore ?? 0,
    percentageAfter: entry.percentageAfter ?? 0,
    approvalTakenAsGiven,
    verdicts: entry.type === 'held' ? [] : (after.poll?.verdicts ?? []),
  }));
}

const isTold = (entry: Entry): entry is EntryOf<Told> => TOLD.has(entry.type);

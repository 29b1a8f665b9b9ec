import { T0 } from '../support/ledgerStory.ts';
import type { Act, Metrics, Person } from './act.ts';
import { type Ask, type Decision, decided, spoken, type WedgeState, wordOf } from './decisionTable.ts';
import { Evidence } from './evidence.ts';
import { type Bearing, isTooBad } from './look.ts';
import { MINUTE, OVER_MS, type Plan, POLL_MS, STAGES } from './plan.ts';

export type View = {
  readonly wedgeState: string;
  readonly ramping: boolean;
  readonly stage: number;
  readonly visit: number;
  /** The percentage of users whom lookups let in. */
  readonly exposed: number;
};

type GoingDown = {
  readonly from: number;
  readonly target: number;
  readonly to: Plan['rollbackTo'];
  readonly sinceMs: number;
};

/** A rollout as an operator understands it: `domain.md` in a few variables. It shares no code with Sluice. */
export class RolloutModel {
  readonly #plan: Plan;
  // The installation.
  #clockMs = T0;
  #metrics: Metrics = 'healthy';
  #stopped = false;
  // The feature.
  #killed = false;
  #settled = 0;
  #cooldownUntilMs = 0;
  #reviveAskedBy: Person | null = null;
  #lastEntryMs = T0;
  // The rollout.
  #wedgeState: WedgeState = 'PENDING';
  #ramping = false;
  #stage = 0;
  #visit = 0;
  #exposed = 0;
  #exposedSinceMs = T0;
  #words = new Map<string, 'approve' | 'reject'>();
  #cameBackFrom = new Set<number>();
  #automaticRollbacks = 0;
  #evidence = new Evidence(T0);
  /** A rollback by hand that takes its time. */
  #goingDown: GoingDown | null = null;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** What anybody can see. */
  view(): View {
    const [wedgeState, ramping, stage, visit] = [this.#wedgeState, this.#ramping, this.#stage, this.#visit];
    return { wedgeState, ramping, stage, visit, exposed: this.#killed ? 0 : this.#exposed };
  }

  get isOver(): boolean {
    return ['COMPLETE', 'ROLLED_BACK'].includes(this.#wedgeState);
  }

  /** A rollout that took everything back may be followed by another one of the same plan. */
  get mayTryAgain(): boolean {
    return this.#wedgeState === 'ROLLED_BACK' && this.#settled === 0;
  }

  /** The answer that the operator gets; of looks what was decided in the last one. */
  does(act: Act): string {
    switch (act.do) {
      case 'looks':
        return this.#looks(act.times);
      case 'clock':
        return this.#looksAfter(act.ms);
      case 'metrics':
        this.#metrics = act.are;
        return 'accepted';
      case 'start':
        return this.#start(act);
      case 'advance':
        return this.#advance(act);
      case 'say':
        return this.#say(act);
      case 'pause':
        return this.#pause();
      case 'resume':
        return this.#resume();
      case 'rollback':
        return this.#rollBackByHand(act.to ?? this.#plan.rollbackTo, act.mode);
      case 'kill':
        return this.#kill();
      case 'revive':
        return this.#revive(act.by);
      case 'stop':
      case 'liftStop':
        this.#stopped = act.do === 'stop';
        return 'accepted';
      case 'tryAgain':
        return this.#tryAgain();
    }
  }

  get #isLive(): boolean {
    return this.#wedgeState === 'ACTIVE' || this.#wedgeState === 'PAUSED';
  }

  /** A clock that goes backwards never shortens a window. */
  get #nowMs(): number {
    return Math.max(this.#clockMs, this.#lastEntryMs, this.#evidence.last?.atMs ?? 0);
  }

  #looks(times: number): string {
    const answers = Array.from({ length: times }, () => this.#looksAfter(POLL_MS));
    return answers.at(-1) ?? '';
  }

  #looksAfter(ms: number): string {
    this.#clockMs += ms;
    return this.#look();
  }

  /** Nobody looks at what is not live. */
  #look(): string {
    if (!this.#isLive) return 'nothing to look at';
    const nowMs = this.#nowMs;
    const phase = {
      ...{ active: this.#wedgeState === 'ACTIVE', ramping: this.#ramping, stopped: this.#stopped },
      bears: this.#bearing(this.#stage),
    };
    this.#evidence.add(this.#metrics, nowMs, nowMs - this.#exposedSinceMs, phase);
    const decision = decided(this.#standing, null);
    this.#carryOut(decision);
    if (decision.why === 'rollingBack') this.#step();
    return spoken(decision);
  }

  /** Half of the way at once, then a tenth of the rest with each step. */
  #step(): void {
    const down = this.#goingDown;
    if (down === null) return;
    const step = Math.floor(((this.#nowMs - down.sinceMs) * 10) / OVER_MS);
    const left = Math.floor(((down.from - down.target) * 1000 * (10 - step)) / 20) / 1000;
    if (down.target + left >= this.#exposed) return;
    this.#record();
    this.#exposed = down.target + left;
    this.#exposedSinceMs = this.#lastEntryMs;
  }

  #carryOut({ does }: Decision): void {
    if (does === 'hold' || does === 'awaitApproval') return;
    this.#record();
    if (does === 'rollback') this.#rollBackByItself();
    if (does === 'pause') this.#wedgeState = 'PAUSED';
    if (does === 'start') this.#open();
    if (does === 'ramp') this.#arrive(this.#stage);
    if (does === 'advance') this.#arrive(this.#stage + 1);
    if (does === 'complete') this.#complete();
  }

  #start(ask: Ask): string {
    if (this.#wedgeState === 'ACTIVE') return 'accepted';
    if (this.#wedgeState !== 'PENDING') return 'refused ILLEGAL_STATE';
    if (this.#killed || this.#metrics === 'missing' || this.#metrics === 'away') return 'refused PREFLIGHT_FAILED';
    const answer = this.#ask(ask);
    // What has begun is looked at within a second.
    if (answer === 'accepted') this.#look();
    return answer;
  }

  #advance(ask: Ask): string {
    return this.#wedgeState === 'ACTIVE' ? this.#ask(ask) : 'refused ILLEGAL_STATE';
  }

  /** What the decision holds is refused, and nothing is stored. */
  #ask(ask: Ask): string {
    const decision = decided(this.#standing, ask);
    if (decision.why !== 'ready') return `refused HELD: ${spoken(decision).replace(/^\w+ /, '')}`;
    this.#carryOut(decision);
    return 'accepted';
  }

  #say({ by, word, stage }: Extract<Act, { do: 'say' }>): string {
    if (this.isOver) return 'refused ILLEGAL_STATE';
    if (by === 'olga') return 'refused FOUR_EYES';
    this.#words.set(wordOf(stage, by), word);
    this.#record();
    return 'accepted';
  }

  #pause(): string {
    if (this.#wedgeState === 'PAUSED') return 'accepted';
    if (this.#wedgeState !== 'ACTIVE') return 'refused ILLEGAL_STATE';
    this.#wedgeState = 'PAUSED';
    this.#record();
    return 'accepted';
  }

  #resume(): string {
    if (this.#wedgeState === 'ACTIVE') return 'accepted';
    if (this.#wedgeState !== 'PAUSED') return 'refused ILLEGAL_STATE';
    this.#wedgeState = 'ACTIVE';
    this.#record();
    this.#evidence = this.#evidence.afterResume(this.#lastEntryMs);
    return 'accepted';
  }

  /** On `PENDING` it cancels, on `COMPLETE` it is a kill; what was rolled back stays so. */
  #rollBackByHand(to: Plan['rollbackTo'], mode: 'progressive' | null): string {
    const isBegun = this.#isLive || this.#wedgeState === 'ROLLED_BACK';
    if (mode === 'progressive' && !isBegun) return 'refused ILLEGAL_STATE';
    if (this.#wedgeState === 'COMPLETE') return this.#kill();
    if (this.#wedgeState === 'ROLLED_BACK') return 'accepted';
    if (mode === 'progressive' && this.#isLive) return this.#goDown(to);
    this.#record();
    if (this.#isLive) this.#rollBack(to, false);
    else this.#wedgeState = 'ROLLED_BACK';
    return 'accepted';
  }

  /** The same once more changes nothing; any other wish while it is under way is for the whole of it. */
  #goDown(wanted: Plan['rollbackTo']): string {
    const to = this.#lower(wanted);
    if (this.#goingDown !== null && to === this.#goingDown.to) return 'accepted';
    this.#record();
    if (this.#goingDown !== null) {
      this.#rollBack(to, false);
      return 'accepted';
    }
    const target = to === 'zero' ? 0 : (STAGES[this.#stage - 1]?.percentage ?? 0);
    this.#goingDown = { from: this.#exposed, target, to, sinceMs: this.#lastEntryMs };
    this.#step();
    return 'accepted';
  }

  /** From the ramp or the first stage previous is zero; nothing leads higher than what is under way. */
  #lower(to: Plan['rollbackTo']): Plan['rollbackTo'] {
    const isLow = to === 'zero' || this.#ramping || this.#stage === 0;
    return isLow || this.#goingDown?.to === 'zero' ? 'zero' : 'previousStage';
  }

  #bearing(stage: number): Bearing {
    if (!this.#plan.everStricter || stage > 1) return 'nothing';
    return stage === 0 ? 'terrible' : 'bad';
  }

  /** Where a person was on the way to; or by what the release does: and a stage that would fare no better is no place to go to. */
  #rollBackByItself(): void {
    const { last, badLooks } = this.#evidence;
    const isBad = last?.bad === true && badLooks >= this.#plan.consecutive;
    if (this.#goingDown !== null && !isBad) {
      this.#rollBack(this.#goingDown.to, false);
      return;
    }
    const isBorne = last !== null && !isTooBad(last.metrics, this.#bearing(this.#stage - 1));
    this.#rollBack(isBorne ? this.#plan.rollbackTo : 'zero', true);
  }

  /** Off for everybody, and the end of what is live. */
  #kill(): string {
    if (this.#killed) return 'accepted';
    if (this.#isLive) {
      this.#record();
      this.#rollBack('zero', false);
    }
    this.#killed = true;
    this.#reviveAskedBy = null;
    return 'accepted';
  }

  /** Exposure that comes back takes a second person, an approver. */
  #revive(by: Person): string {
    if (!this.#killed) return 'revived';
    if (this.#settled > 0 && (this.#reviveAskedBy === null || this.#reviveAskedBy === by)) {
      this.#reviveAskedBy = by;
      return 'waiting';
    }
    if (this.#settled > 0 && by !== 'anna' && by !== 'emil') return 'refused FORBIDDEN';
    this.#killed = false;
    return 'revived';
  }

  #tryAgain(): string {
    this.#record();
    this.#wedgeState = 'PENDING';
    this.#stage = 0;
    this.#visit = 0;
    this.#words = new Map();
    this.#cameBackFrom = new Set();
    this.#automaticRollbacks = 0;
    return 'accepted';
  }

  #open(): void {
    this.#wedgeState = 'ACTIVE';
    this.#ramping = this.#plan.initialPercentage < STAGES[0].percentage;
    if (this.#ramping) this.#expose(this.#plan.initialPercentage);
    else this.#arrive(0);
  }

  /** A visit begins: at the target of a stage, with fresh clocks. */
  #arrive(stage: number): void {
    this.#ramping = false;
    this.#stage = stage;
    this.#visit += 1;
    this.#expose(STAGES[stage]?.percentage ?? 0);
  }

  #expose(percentage: number): void {
    this.#exposed = percentage;
    this.#exposedSinceMs = this.#lastEntryMs;
    this.#evidence = new Evidence(this.#lastEntryMs);
  }

  #complete(): void {
    this.#wedgeState = 'COMPLETE';
    this.#ramping = false;
    this.#settled = this.#exposed;
  }

  /** A second automatic one leads to zero. */
  #rollBack(to: Plan['rollbackTo'], automatic: boolean): void {
    const isSecond = automatic && this.#automaticRollbacks > 0;
    const toZero = this.#lower(to) === 'zero' || isSecond;
    this.#goingDown = null;
    this.#cooldownUntilMs = Math.max(this.#cooldownUntilMs, this.#lastEntryMs + this.#plan.cooldownMinutes * MINUTE);
    this.#automaticRollbacks += automatic ? 1 : 0;
    this.#words = new Map();
    if (toZero) this.#end();
    else this.#arrive(this.#goingBack());
  }

  /** Coming again needs an approval given since. */
  #goingBack(): number {
    this.#cameBackFrom.add(this.#stage);
    return this.#stage - 1;
  }

  #end(): void {
    this.#wedgeState = 'ROLLED_BACK';
    this.#ramping = false;
    this.#expose(0);
  }

  /** Something is written into the ledger of the rollout; what is written of the feature alone moves no rollout's time. */
  #record(): void {
    this.#lastEntryMs = this.#nowMs;
  }

  get #standing() {
    return {
      plan: this.#plan,
      nowMs: this.#nowMs,
      wedgeState: this.#wedgeState,
      ramping: this.#ramping,
      stage: this.#stage,
      evidence: this.#evidence,
      stopped: this.#stopped,
      rollingBackUntilMs: this.#goingDown === null ? null : this.#goingDown.sinceMs + OVER_MS,
      cooldownUntilMs: this.#cooldownUntilMs,
      words: this.#words,
      cameBackFrom: this.#cameBackFrom,
    };
  }
}

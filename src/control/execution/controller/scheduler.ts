import type { Clock } from '../../ports/clock.ts';
import { LedgerUnreachable } from '../../ports/ledger.ts';
import type { Log } from '../../ports/log.ts';
import type { Claim, RolloutRegister } from '../../ports/rolloutRegister.ts';
import type { RolloutTelemetry } from '../../ports/telemetry.ts';
import type { Timer } from '../../ports/timer.ts';
import type { DecisionContexts, Surroundings } from '../../sight/decisionContext.ts';
import type { KnownRollouts } from '../../sight/knownRollouts.ts';
import type { LateClosings } from '../closing/lateClosings.ts';
import type { Ticker } from './ticker.ts';

export type SchedulerDeps = {
  readonly rollouts: RolloutRegister;
  readonly ticker: Ticker;
  readonly contexts: DecisionContexts;
  readonly known: KnownRollouts;
  readonly lateClosings: LateClosings;
  readonly telemetry: RolloutTelemetry;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: Log;
};

export type SchedulerOptions = {
  /** Ticks under way at once. Most of a tick is waiting, so it may be many. */
  readonly concurrency: number;
  /** How long a claimed rollout is nobody else's; longer than the longest tick. */
  readonly leaseMs: number;
  /** Between two looks for due rollouts. */
  readonly wakeMs: number;
};

/** Claimed at a time: each brings its contract along, and a thousand at once are many megabytes. */
const CLAIM_PAGE = 50;
/** What a clock may be set back by without being noticed: less than any poll interval. */
const BACKWARDS_MS = 1000;

/** Claims due rollouts and ticks them. What one rollout does, or its source fails to do, keeps no other waiting. */
export class Scheduler {
  readonly #deps: SchedulerDeps;
  readonly #options: SchedulerOptions;
  readonly #inFlight = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();
  /** Infinite before the first look: nobody knows what the clock did while nothing ran. */
  #latestMs = Number.POSITIVE_INFINITY;
  #answeredAtMs = 0;
  #loop: Promise<void> = Promise.resolve();

  constructor(deps: SchedulerDeps, options: SchedulerOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** Resolves when no tick is under way any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
    await this.settled();
  }

  /** One look: claims what is due and begins its ticks. Answers how many were begun. */
  async look(): Promise<number> {
    const room = this.#options.concurrency - this.#inFlight.size;
    if (room <= 0) return 0;
    const { claims, surroundings } = await this.#due(Math.min(room, CLAIM_PAGE));
    const idle = claims.filter(({ state }) => !this.#inFlight.has(state.id));
    for (const claim of idle) this.#begin(claim, surroundings);
    return idle.length;
  }

  /** Resolves when the ticks begun so far are over. */
  async settled(): Promise<void> {
    await Promise.all(this.#inFlight.values());
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const begun = await this.look().catch((error: unknown) => this.#failed(error, 'looking for due rollouts failed'));
      // Full: the next one begins when one ends, not a wake-up later.
      if (this.#inFlight.size >= this.#options.concurrency) await Promise.race(this.#inFlight.values());
      else if (begun === 0) await this.#deps.timer.sleep(this.#options.wakeMs, this.#stopping.signal);
    }
  }

  async #due(limit: number): Promise<{ claims: readonly Claim[]; surroundings: Surroundings | null }> {
    const nowMs = this.#deps.clock.nowMs();
    try {
      await this.#tellLateClosings();
      // Before the claim: what fails after it would leave the leases taken.
      const surroundings = await this.#deps.contexts.surroundings();
      if (nowMs < this.#latestMs - BACKWARDS_MS) await this.#deps.rollouts.dueAfterSetBack(nowMs);
      this.#latestMs = nowMs;
      const claims = await this.#deps.rollouts.claimDue({
        nowMs,
        limit,
        leaseMs: this.#options.leaseMs,
      });
      this.#answeredAtMs = nowMs;
      return { claims, surroundings };
    } catch (error) {
      if (!(error instanceof LedgerUnreachable)) throw error;
      this.#deps.telemetry.run('ledger_error');
      return { claims: this.#dueFromMemory(nowMs), surroundings: null };
    }
  }

  /** One that can't be told keeps nobody from being watched; what opens asks for it once more, and does not. */
  async #tellLateClosings(): Promise<void> {
    try {
      await this.#deps.lateClosings.record();
    } catch (error) {
      if (error instanceof LedgerUnreachable) throw error;
      this.#failed(error, 'a late closing could not be told to the ledger');
    }
  }

  /** With the ledger away the live rollouts are still watched: what must close does not wait for it. */
  #dueFromMemory(nowMs: number): readonly Claim[] {
    return this.#deps.known.all().filter((claim) => {
      const lastMs = claim.tick?.poll.atMs ?? 0;
      const intervalMs = this.#deps.contexts.pollIntervalMs(claim.state);
      // Somebody else has watched it since: what is remembered here may long be over.
      if (lastMs + 2 * intervalMs < this.#answeredAtMs) return false;
      // Its steps can't be recorded: what is left of it goes at once.
      return claim.state.rollingBack !== null || lastMs + intervalMs <= nowMs;
    });
  }

  #begin(claim: Claim, surroundings: Surroundings | null): void {
    const { id } = claim.state;
    const lagMs = this.#deps.clock.nowMs() - (claim.nextCheckAtMs ?? this.#deps.clock.nowMs());
    this.#deps.telemetry.tickLag(Math.max(0, lagMs) / 1000);
    const tick = this.#tick(claim, surroundings).finally(() => this.#inFlight.delete(id));
    this.#inFlight.set(id, tick);
  }

  /** Never rejects: a rollout's fault is its own. */
  async #tick(claim: Claim, surroundings: Surroundings | null): Promise<void> {
    try {
      await this.#deps.ticker.tick(claim, surroundings);
    } catch (error) {
      this.#failed(error, `the tick of rollout ${claim.state.id} failed`);
      await this.#giveBack(claim);
    }
  }

  async #giveBack(claim: Claim): Promise<void> {
    const nextMs = this.#deps.clock.nowMs() + this.#deps.contexts.pollIntervalMs(claim.state);
    await this.#deps.rollouts.release(claim, nextMs).catch((error: unknown) => {
      this.#failed(error, `the lease of rollout ${claim.state.id} was not given back and will run out`);
    });
  }

  #failed(error: unknown, message: string): 0 {
    if (error instanceof LedgerUnreachable) this.#deps.telemetry.run('ledger_error');
    this.#deps.log.error({ err: error }, message);
    return 0;
  }
}

import type { Metrics } from './act.ts';
import { type Bearing, type Look, lookAt } from './look.ts';
import { HEALTH_THRESHOLD, PAUSE_AFTER_WINDOWS, POLL_MS, WINDOW_MS } from './plan.ts';

type Phase = {
  readonly active: boolean;
  readonly ramping: boolean;
  readonly stopped: boolean;
  readonly bears: Bearing;
};

/** What has been seen of one exposure since its visit began, or since it was resumed. */
export class Evidence {
  readonly #sinceMs: number;
  #looks: readonly Look[] = [];
  #stuckMs = 0;
  /** Active time of the visit, through its pauses. */
  visitMs: number;
  /** Active time since the visit began or was resumed. */
  observedMs = 0;
  /** Looks in a row that were bad; those without data neither count nor break the row. */
  badLooks = 0;
  /** Slow when somebody resumed: mute until it is not. */
  acknowledged: boolean;

  constructor(sinceMs: number, kept = { visitMs: 0, acknowledged: false }) {
    this.#sinceMs = sinceMs;
    this.visitMs = kept.visitMs;
    this.acknowledged = kept.acknowledged;
  }

  /** The visit goes on; its clocks and counts begin anew, and who resumed has seen that it is slow. */
  afterResume(atMs: number): Evidence {
    return new Evidence(atMs, { visitMs: this.visitMs, acknowledged: this.acknowledged || this.last?.slow === true });
  }

  get last(): Look | null {
    return this.#looks.at(-1) ?? null;
  }

  get isStuck(): boolean {
    return this.last !== null && this.#stuckMs >= PAUSE_AFTER_WINDOWS * WINDOW_MS;
  }

  /** The good looks among those with data; without a window the newest one alone. */
  isHealthy(windowMs: number): boolean {
    const fromMs = (this.last?.atMs ?? 0) - windowMs;
    const recent = windowMs === 0 ? this.#looks.slice(-1) : this.#looks.filter(({ atMs }) => atMs >= fromMs);
    const judged = recent.filter(({ good }) => good !== null);
    return judged.filter(({ good }) => good).length >= HEALTH_THRESHOLD * judged.length;
  }

  add(metrics: Metrics, atMs: number, exposedForMs: number, { active, ramping, stopped, bears }: Phase): void {
    const look = { ...lookAt(metrics, exposedForMs, bears), atMs, stopped };
    const passedMs = active ? this.#activeMs(look) : 0;
    this.visitMs += passedMs;
    this.observedMs += passedMs;
    // In the ramp nothing could pass, so that clock runs from the start.
    this.#stuckMs = look.good === true && !ramping ? 0 : this.#stuckMs + passedMs;
    if (look.bad !== null) this.badLooks = look.bad ? this.badLooks + 1 : 0;
    if (look.slow === false) this.acknowledged = false;
    this.#looks = [...this.#looks, look];
  }

  /** Leaves out what began under a stop, and gaps of more than two polls: nobody watched. */
  #activeMs(look: Look): number {
    if ((this.last ?? look).stopped) return 0;
    const passedMs = look.atMs - (this.last?.atMs ?? this.#sinceMs);
    return passedMs > 2 * POLL_MS ? 0 : passedMs;
  }
}

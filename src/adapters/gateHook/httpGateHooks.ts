import type { GateHookName, GateHooks, GateQuestion } from '../../control/ports/gateHooks.ts';
import type { Timer } from '../../control/ports/timer.ts';
import { gateEventJson } from './gateEvent.ts';
import type { Outcome, SignedPost } from './signedPost.ts';

export type HttpGateHooksOptions = {
  readonly environment: string;
  /** For all attempts of one question together: a tick waits for it, and its lease does not. */
  readonly timeoutMs: number;
  readonly timer: Timer;
  readonly monotonicMs: () => number;
};

const ATTEMPTS = 3;
const PAUSE_MS = 200;

/** Asks by HTTP: 2xx agrees, everything else holds. What may pass by itself is tried again while there is time. */
export class HttpGateHooks implements GateHooks {
  readonly #posts: ReadonlyMap<GateHookName, SignedPost>;
  readonly #options: HttpGateHooksOptions;

  constructor(posts: ReadonlyMap<GateHookName, SignedPost>, options: HttpGateHooksOptions) {
    this.#posts = posts;
    this.#options = options;
  }

  isSet(hook: GateHookName): boolean {
    return this.#posts.has(hook);
  }

  async ask({ id, ...question }: GateQuestion): Promise<string | null> {
    const post = this.#posts.get(question.hook);
    if (post === undefined) return null;
    const { environment, timeoutMs, monotonicMs } = this.#options;
    const body = gateEventJson({ ...question, environment });
    const endsAtMs = monotonicMs() + timeoutMs;
    let outcome = await post.send(id, body, timeoutMs);
    for (let attempt = 1; attempt < ATTEMPTS && isWorthAnother(outcome); attempt += 1) {
      const pauseMs = PAUSE_MS * attempt;
      const leftMs = Math.floor(endsAtMs - monotonicMs()) - pauseMs;
      if (leftMs <= 0) break;
      await this.#pause(pauseMs);
      outcome = laterOf(outcome, await post.send(id, body, leftMs));
    }
    return outcome.kind === 'agreed' ? null : outcome.fault;
  }

  /** Nobody ends it before its time: it is short. */
  async #pause(ms: number): Promise<void> {
    await this.#options.timer.sleep(ms, new AbortController().signal);
  }
}

const isWorthAnother = (outcome: Outcome) => outcome.kind !== 'agreed' && outcome.mayPass;

/** Whoever has answered once is shown with what it said, not with the silence of the last attempt, which had less time. */
const laterOf = (before: Outcome, after: Outcome) =>
  before.kind === 'refused' && after.kind === 'failed' ? before : after;

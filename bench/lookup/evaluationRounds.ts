import type { Evaluator } from './evaluators/evaluator.ts';

/** What one round of evaluations took. */
export type EvaluationRound = { readonly perSecond: number; readonly onShare: number };

/** A prime: every user comes to ask about every feature. */
const USERS = 9973;
const ROUND_SECONDS = 0.5;
/** Between two looks at the clock. */
const BATCH = 2000;

/** Evaluates for a while at a time: other features and other users at every call, the same for every library. */
export class EvaluationRounds {
  readonly #isOn: Evaluator['isOn'];
  readonly #features: readonly string[];
  readonly #users = Array.from({ length: USERS }, (_, index) => `user-${100_000 + index}`);
  #at = 0;

  constructor({ isOn }: Evaluator, features: readonly string[]) {
    this.#isOn = isOn;
    this.#features = features;
  }

  /** By processor time, which other work on the machine disturbs less than the clock. */
  async next(): Promise<EvaluationRound> {
    const began = process.cpuUsage();
    let evaluations = 0;
    let on = 0;
    while (secondsSince(began) < ROUND_SECONDS) {
      on += await this.#batch();
      evaluations += BATCH;
    }
    return { perSecond: evaluations / secondsSince(began), onShare: on / evaluations };
  }

  /** How many of them were on. A promise is waited for; who gives none is not made to wait. */
  async #batch(): Promise<number> {
    let on = 0;
    for (const end = this.#at + BATCH; this.#at < end; this.#at += 1) {
      const answer = this.#isOn(this.#feature(), this.#user());
      if (typeof answer === 'boolean' ? answer : await answer) on += 1;
    }
    return on;
  }

  #feature(): string {
    return this.#features[this.#at % this.#features.length] ?? '';
  }

  #user(): string {
    return this.#users[this.#at % USERS] ?? '';
  }
}

function secondsSince(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1e6;
}

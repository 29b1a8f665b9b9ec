import { PERCENTAGES, ROLLBACK_TRIGGER, WINDOW_SECONDS } from '../../src/demo/story/plan.ts';

/** Mulberry32: a generator that anybody can repeat. */
export function seededChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export type SimulatedRelease = {
  readonly users: number;
  readonly requestsPerUserAndSecond: number;
  readonly errorShare: number;
  readonly pollsPerExposure: number;
};

/**
 * One release of the demo, a poll a second, judged by its rollback trigger alone over windows that never reach back before
 * the last change of exposure. Who is met, how often each second and what fails is chance.
 *
 * @returns the number of the poll that took it back, null where none did
 */
export function polledUntilRollback(release: SimulatedRelease, chance: () => number): number | null {
  const { pollsPerExposure } = release;
  let poll = 0;
  for (const percentage of PERCENTAGES) {
    const met = successes(release.users, percentage / 100, chance);
    const seconds: { samples: number; errors: number }[] = [];
    let failing = 0;
    for (let inExposure = 0; inExposure < pollsPerExposure; inExposure += 1) {
      poll += 1;
      const samples = successes(met, release.requestsPerUserAndSecond, chance);
      seconds.push({ samples, errors: successes(samples, release.errorShare, chance) });
      failing = triggerHolds(seconds.slice(-WINDOW_SECONDS)) ? failing + 1 : 0;
      if (failing >= ROLLBACK_TRIGGER.consecutive) return poll;
    }
  }
  return null;
}

function triggerHolds(window: readonly { readonly samples: number; readonly errors: number }[]): boolean {
  const samples = window.reduce((sum, second) => sum + second.samples, 0);
  const errors = window.reduce((sum, second) => sum + second.errors, 0);
  return samples >= ROLLBACK_TRIGGER.minSamples && errors / samples > ROLLBACK_TRIGGER.errorRate;
}

/** A draw of the binomial distribution. */
function successes(trials: number, share: number, chance: () => number): number {
  let count = 0;
  for (let trial = 0; trial < trials; trial += 1) if (chance() < share) count += 1;
  return count;
}

import type { Clock } from '../../control/ports/clock.ts';

export const systemClock: Clock = { nowMs: () => Date.now() };

/** A clock that nobody sets: for how long something lasted, never for when it was. */
export const monotonicMs = (): number => performance.now();

import { setImmediate } from 'node:timers/promises';
import type { Timer } from '../../src/control/ports/timer.ts';

/** No time limit is ever over: whoever set one is done first. Who sleeps for no time at all gives way for a turn. */
export const PATIENT_TIMER: Timer = {
  sleep: (ms, signal) =>
    ms === 0
      ? setImmediate()
      : new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
};

import { setImmediate as turn } from 'node:timers/promises';
import type { Timer } from '../../src/control/ports/timer.ts';

/** No time limit is ever over: whoever set one is done first. Who only lets others have their turn gets the next. */
export const PATIENT_TIMER: Timer = {
  sleep: (ms, signal) =>
    ms === 0 ? turn() : new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
};

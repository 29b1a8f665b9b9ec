import type { Timer } from '../../src/control/ports/timer.ts';

/** No time limit is ever over: whoever set one is done first. */
export const PATIENT_TIMER: Timer = {
  sleep: (_ms, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
};

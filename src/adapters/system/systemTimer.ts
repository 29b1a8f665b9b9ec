import { setTimeout as sleep } from 'node:timers/promises';
import type { Timer } from '../../control/ports/timer.ts';

export const systemTimer: Timer = {
  async sleep(ms, signal) {
    await sleep(ms, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  },
};

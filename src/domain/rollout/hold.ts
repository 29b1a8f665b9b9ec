import type { Hold } from './decision.ts';
import type { HoldReason } from './reason.ts';

/** Nothing changes, for this reason, until then (null: nobody can know). */
export function hold(reason: HoldReason, detail: string, unblocksAtMs: number | null = null): Hold {
  return { kind: 'hold', reason, detail, unblocksAtMs };
}

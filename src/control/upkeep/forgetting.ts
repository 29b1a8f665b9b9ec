import { type IdempotencyRegister, KEPT_MS } from '../ports/idempotencyRegister.ts';
import type { RolloutRegister } from '../ports/rolloutRegister.ts';

/** A tick is some kilobytes, and there are thousands a day of each rollout; the entries keep what decisions rested on. */
const KEEP_TICKS_MS = 7 * 24 * 3_600_000;

/** Ticks make charts and answers make repeats safe, for a while; entries are for ever. */
export async function forget(
  registers: { readonly rollouts: RolloutRegister; readonly idempotency: IdempotencyRegister },
  nowMs: number,
): Promise<void> {
  await registers.rollouts.forgetTicksBefore(nowMs - KEEP_TICKS_MS);
  await registers.idempotency.forgetBefore(nowMs - KEPT_MS);
}

import type { Trigger } from '../../health/criterion.ts';
import { isRunning, stageOf } from '../judgedRollout.ts';
import type { Life } from './life.ts';
import { dataOf, isAdvancement, isOpening, type Told } from './told.ts';

/** A rollback after which health is to be told, once. */
export type Awaited = {
  readonly sinceMs: number;
  /** Of the stage that was rolled back from, in their places. */
  readonly triggers: readonly Trigger[];
};

/** Rollbacks of which nobody has said yet whether they helped; also of rollouts that have ended. */
export class HealthBook {
  readonly #awaited = new Map<string, Awaited>();

  get(rollout: string | null): Awaited | null {
    return this.#awaited.get(rollout ?? '') ?? null;
  }

  /** `before`: the rollout that the entry speaks of, as it stood. */
  enter(told: Told, before: Life | null): void {
    const { rollout } = told;
    if (rollout === null) return;
    const isOver = isOpening(told) || isAdvancement(told) || told.type === 'superseded';
    if (isOver || told.type === 'healthVerified') this.#awaited.delete(rollout);
    if (dataOf(told, 'rolledBack') === null || before === null) return;
    this.#awaited.delete(rollout);
    const { verifyHealth } = before.contract.rolloutWedge.rollback;
    if (!verifyHealth || before.dryRun || !isRunning(before)) return;
    const { rollbackTrigger } = stageOf(before, before.stageIndex);
    this.#awaited.set(rollout, { sinceMs: told.atMs, triggers: rollbackTrigger });
  }
}

import { cooledAfter } from '../books/featureBook.ts';
import { dataOf, isOpening } from '../books/told.ts';
import { isRunning } from '../judgedRollout.ts';
import { type Look, when } from './look.ts';

/** After a rollback nothing of the feature rises for the longer of the contract's and the policy's cooldown. Dry runs expose nobody. */
export const cooldown: Look = (told, books) => {
  const life = books.lifeOf(told.rollout);
  if (life === null || told.dryRun) return null;
  const rolledBack = dataOf(told, 'rolledBack');
  if (rolledBack !== null && isRunning(life)) {
    const untilMs = cooledAfter(rolledBack.triggeredAtMs, life);
    return when(!(rolledBack.cooldownUntilMs >= untilMs), 'names a cooldown shorter than plan and policy ask');
  }
  if (!isOpening(told)) return null;
  const { cooledAtMs } = books.feature;
  return when(told.atMs < cooledAtMs, `rises ${cooledAtMs - told.atMs} ms before the cooldown is over`);
};

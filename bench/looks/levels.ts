import type { Random } from '../../src/domain/simulation/random.ts';
import { compareLevels, type LevelLimits } from '../../src/domain/statistics/levelComparison.ts';
import { asymptoticPValue, isExactlyCountable } from '../../src/domain/statistics/rankSumTest.ts';
import { rankTogether } from '../../src/domain/statistics/ranks.ts';
import { normal } from '../decisions/draws.ts';
import { POLLS_PER_DAY, POLLS_PER_MINUTE } from '../decisions/polling.ts';

export type LevelRule = {
  readonly alpha: number;
  readonly consecutive: number;
  readonly toleranceShare: number;
  /** How much of a point's deviation is left in the next one: 0 where each is by itself. */
  readonly memory: number;
};

/** Ten minutes of a gauge that is scraped every 15 s. */
const WINDOW_POINTS = 40;
const LEVEL = 100;
const DEVIATION = 5;

/** A look a minute: one in 15 s finds more still. */
const POINTS_PER_LOOK = POLLS_PER_MINUTE;

/** Whether a day of polls of two arms that fare alike finds treatment worse, for its count. */
export function isFoundWorse({ memory, consecutive, ...limits }: LevelRule, random: Random): boolean {
  const [treatment, control] = [gauge(memory, random), gauge(memory, random)];
  const [seen, besides]: [number[], number[]] = [[], []];
  let running = 0;
  for (let point = 1; point <= POLLS_PER_DAY; point += 1) {
    seen.push(treatment());
    besides.push(control());
    if (seen.length > WINDOW_POINTS) {
      seen.shift();
      besides.shift();
    }
    if (point % POINTS_PER_LOOK > 0) continue;
    running = isWorse(seen, besides, limits) ? running + 1 : 0;
    if (running >= consecutive) return true;
  }
  return false;
}

/** What p alone tells needs no shift, which takes most of the time. */
function isWorse(treatment: readonly number[], control: readonly number[], limits: LevelLimits): boolean {
  const ranked = rankTogether(treatment, control);
  if (!isExactlyCountable(ranked) && asymptoticPValue(ranked) > limits.alpha) return false;
  return compareLevels(treatment, control, limits).outcome === 'higher';
}

function gauge(memory: number, random: Random): () => number {
  let deviation = normal(random);
  return () => {
    deviation = memory * deviation + Math.sqrt(1 - memory ** 2) * normal(random);
    return LEVEL + DEVIATION * deviation;
  };
}

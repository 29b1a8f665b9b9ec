import { setImmediate } from 'node:timers/promises';
import { type Random, randomOf } from '../src/domain/simulation/random.ts';
import { isFoundWorse, type LevelRule } from './looks/levels.ts';
import { type ArmOfSplit, isPaused, passing, staying } from './looks/split.ts';
import type { Bench } from './support/bench.ts';

const SEED = 'looks, first measurement';
const SPLIT_RUNS = 4000;
const LEVEL_RUNS = 100;

/** What one arm counts, poll after poll: the same in both, so that whatever is found is a false alarm. */
const SPLITS: Readonly<Record<string, ArmOfSplit>> = {
  unitsPausedPercent: passing({ kind: 'single' }),
  requestsInSessionsPausedPercent: passing({ kind: 'clustered', size: 'geometric', sessionPolls: 12 }),
  requestsOfUnequalUsersPausedPercent: passing({ kind: 'clustered', size: 'logNormal', sessionPolls: 12 }),
  requestsOfTwentiesPausedPercent: passing({ kind: 'clustered', size: 'constant', sessionPolls: 12 }),
  requestsOf1000StayingPausedPercent: staying(1000),
  requestsOf10000StayingPausedPercent: staying(10_000),
};

const ONE_LOOK: LevelRule = { alpha: 0.01, consecutive: 1, toleranceShare: 0, memory: 0 };
const LEVELS: Readonly<Record<string, LevelRule>> = {
  levelsFoundWorsePercent: ONE_LOOK,
  levels10RunningPercent: { ...ONE_LOOK, consecutive: 10 },
  levels20RunningPercent: { ...ONE_LOOK, consecutive: 20 },
  levelsBy5PercentOfLevelPercent: { ...ONE_LOOK, toleranceShare: 0.05 },
  levelsWithMemoryPercent: { ...ONE_LOOK, memory: 0.9 },
  levelsWithMemory10RunningPercent: { ...ONE_LOOK, memory: 0.9, consecutive: 10 },
  levelsWithMemory20RunningPercent: { ...ONE_LOOK, memory: 0.9, consecutive: 20 },
  levelsWithMemoryBy10PercentOfLevelPercent: { ...ONE_LOOK, memory: 0.9, toleranceShare: 0.1 },
};

/**
 * How often what is looked at all day long finds something where nothing is: the check of the split by what is counted, and the
 * comparison of levels by how it is asked for. A day each: the split in polls of 15 s,
 * levels of a deviation of 5 % looked at once a minute over ten minutes.
 */
export const looks: Bench = {
  name: 'looks',
  // Promised is 1 %; the rest is chance.
  limits: { unitsPausedPercent: 1.4 },
  run: async ({ say, signal }) => {
    const share = async (name: string, runs: number, isFound: (random: Random) => boolean) => {
      let found = 0;
      for (let run = 0; run < runs; run += 1) {
        if (isFound(randomOf(`${SEED}/${name}/${run}`))) found += 1;
        // Whoever interrupts is heard between two runs.
        await setImmediate();
        signal.throwIfAborted();
      }
      say(`${name}: ${found} of ${runs}`);
      return [name, (100 * found) / runs] as const;
    };
    const figures: (readonly [string, number])[] = [];
    for (const [name, arm] of Object.entries(SPLITS)) {
      figures.push(await share(name, SPLIT_RUNS, (random) => isPaused(arm, random)));
    }
    for (const [name, rule] of Object.entries(LEVELS)) {
      figures.push(await share(name, LEVEL_RUNS, (random) => isFoundWorse(rule, random)));
    }
    return Object.fromEntries(figures);
  },
};

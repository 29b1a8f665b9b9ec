import { assertTwoCores } from './lookup/cores.ts';
import { growth } from './lookup/growth.ts';
import { inProcess } from './lookup/inProcess.ts';
import { findGenerator } from './lookup/load.ts';
import { overTheWire } from './lookup/overTheWire.ts';
import { publishing } from './lookup/publishing.ts';
import type { Bench } from './support/bench.ts';

/** What lookups cost beside what others cost in the same rounds, what many features add to that, and how soon a change is served. */
export const lookup: Bench = {
  name: 'lookup',
  limits: {
    growthManyOverFewLookupCpu: 1.1,
    growthManyMegabytesOverFew: 60,
    publishToAllMillisecondsP99: 50,
  },
  floors: {
    singleFastifyOverSluiceCpu: 0.8,
    singleNodeHttpOverSluiceCpu: 0.75,
    bulkFastifyOverSluiceCpu: 0.6,
    evaluationsOverFlagdCore: 1.3,
    evaluationsOverGrowthbook: 3,
    evaluationsOverUnleash: 3,
    evaluationsOverLaunchdarkly: 3,
  },
  run: async (context) => {
    assertTwoCores();
    const generator = await findGenerator();
    return {
      ...(await overTheWire(generator, context)),
      ...(await inProcess(context)),
      ...(await growth(generator, context)),
      ...(await publishing(context)),
    };
  },
};

import { assertTwoCores } from './lookup/cores.ts';
import { findGenerator } from './lookup/load.ts';
import { overTheWire } from './lookup/overTheWire.ts';
import type { Bench } from './support/bench.ts';

/** What a lookup costs beside what others cost in the same rounds. */
export const lookup: Bench = {
  name: 'lookup',
  limits: {},
  floors: {
    singleFastifyOverSluiceCpu: 0.8,
    singleNodeHttpOverSluiceCpu: 0.75,
    bulkFastifyOverSluiceCpu: 0.6,
  },
  run: async (context) => {
    assertTwoCores();
    const generator = await findGenerator();
    return { ...(await overTheWire(generator, context)) };
  },
};

import { MemoryFlagStore } from '../../src/adapters/memory/flagStore.ts';
import { UNTOUCHED } from '../../src/domain/feature/handFields.ts';
import type { StoredFlag } from '../../src/domain/feature/storedFlag.ts';
import { flagStoreContract } from '../contracts/flagStore.ts';

flagStoreContract('in the process', async () => {
  const flags = new Map<string, StoredFlag>();
  const store = new MemoryFlagStore({ monotonicMs: () => performance.now(), confirmEveryMs: 10, flags });
  return {
    store,
    editByHand: async (feature, edit) => {
      const flag = flags.get(feature) ?? {
        kind: 'unreadable',
        feature,
        version: 0,
        newerSchema: false,
        fault: 'no document',
        hand: UNTOUCHED,
      };
      if (flag.kind !== 'archived') flags.set(feature, { ...flag, hand: { ...flag.hand, ...edit } });
    },
    another: () => store,
    close: () => store.close(),
  };
});

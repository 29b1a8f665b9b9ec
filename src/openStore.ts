import type { Logger } from 'pino';
import { MemoryAcknowledgements } from './adapters/memory/acknowledgements.ts';
import { MemoryFlagStore } from './adapters/memory/flagStore.ts';
import type { FlagFault } from './adapters/redis/flagFeed.ts';
import { monotonicMs } from './adapters/system/systemClock.ts';
import type { PrometheusTelemetry } from './adapters/telemetry/prometheusTelemetry.ts';
import type { FlagView } from './control/flags/flagView.ts';
import type { AcknowledgementRegister } from './control/ports/acknowledgementRegister.ts';
import type { FlagStore } from './control/ports/flagStore.ts';

type Hearing = { readonly log: Logger; readonly telemetry: PrometheusTelemetry; readonly view: FlagView };

/** The flag store, and where members leave word beside it. */
type OpenStore = { readonly store: FlagStore; readonly storeAcknowledgements: AcknowledgementRegister };

/** On Redis, or without its address in this process. */
export async function openStore(
  url: string | null,
  hearing: Hearing,
  opened: AsyncDisposableStack,
): Promise<OpenStore> {
  if (url === null) {
    const store = opened.adopt(new MemoryFlagStore({ monotonicMs }), (memory) => memory.close());
    return { store, storeAcknowledgements: new MemoryAcknowledgements() };
  }
  // 45 modules and 20 MB that an installation without Redis does not need.
  const { RedisAcknowledgements } = await import('./adapters/redis/acknowledgements.ts');
  const { RedisFlagStore } = await import('./adapters/redis/flagStore.ts');
  const onFault = (fault: FlagFault) => tellFault(fault, hearing);
  return {
    storeAcknowledgements: opened.adopt(new RedisAcknowledgements({ url }), (words) => words.close()),
    store: opened.adopt(new RedisFlagStore({ url, monotonicMs, onFault }), (store) => store.close()),
  };
}

function tellFault({ of, feature, fault }: FlagFault, { log, telemetry, view }: Hearing): void {
  if (of === 'announcement') {
    log.warn({ feature, fault }, 'a flag was stored and not announced; it is found by its version');
    return;
  }
  telemetry.documentFault(view.document(feature) === undefined ? null : feature);
  log.error({ feature, fault }, 'a stored flag can not be served as it is; the last good one serves');
}

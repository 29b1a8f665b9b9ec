import { BoundedHttp } from '../../src/adapters/outboundHttp/boundedHttp.ts';
import { ScrapeSource } from '../../src/adapters/scrape/source.ts';
import type { World } from '../contracts/metricSource.ts';
import { startMeteredService } from './meteredService.ts';

const INTERVAL_SECONDS = 5;
const EPOCH_MS = Date.UTC(2026, 10, 20);

/** A scrape source on a real service; its clock stands still but for the interval that each scrape takes. */
export async function openScraped(): Promise<World & { readonly source: ScrapeSource }> {
  const service = await startMeteredService();
  let nowMs = EPOCH_MS;
  const source = new ScrapeSource({
    name: 'shop',
    http: new BoundedHttp(`http://${service.host}/metrics`, { timeoutMs: 5_000 }),
    clock: { nowMs: () => nowMs },
    intervalSeconds: INTERVAL_SECONDS,
  });
  return {
    service,
    source,
    nowMs: () => nowMs,
    looked: async () => {
      nowMs += INTERVAL_SECONDS * 1000;
      await source.scrape();
    },
    stop: async () => {
      await source.close();
      await service.stop();
    },
  };
}

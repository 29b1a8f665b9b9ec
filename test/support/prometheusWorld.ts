import { setTimeout as sleep } from 'node:timers/promises';
import { BoundedHttp } from '../../src/adapters/outboundHttp/boundedHttp.ts';
import { PrometheusClient } from '../../src/adapters/prometheus/client.ts';
import { PrometheusSource } from '../../src/adapters/prometheus/source.ts';
import type { World } from '../contracts/metricSource.ts';
import { startMeteredService } from './meteredService.ts';
import { startPrometheus } from './prometheus.ts';

/** A real Prometheus that scrapes a real service, and a source on it, by the real clock. */
export async function openPrometheus(): Promise<World & { readonly client: PrometheusClient; readonly url: string }> {
  const service = await startMeteredService();
  const server = await startPrometheus({ targets: [service.host] });
  const source = new PrometheusSource('shop', new BoundedHttp(server.url));
  const client = new PrometheusClient(new BoundedHttp(server.url));
  return {
    service,
    source,
    client,
    url: server.url,
    nowMs: () => Date.now(),
    looked: () => scrapedAfter(client, Date.now()),
    stop: async () => {
      await Promise.all([source.close(), client.close()]);
      await server.stop();
      await service.stop();
    },
  };
}

/** `up` has a sample of every attempt, failed ones too; its time is the attempt's beginning. */
async function scrapedAfter(client: PrometheusClient, momentMs: number): Promise<void> {
  for (;;) {
    const answer = await client.instant('timestamp(up)', Date.now());
    if (answer.ok && (answer.data[0]?.value ?? 0) * 1000 > momentMs) return;
    await sleep(20);
  }
}

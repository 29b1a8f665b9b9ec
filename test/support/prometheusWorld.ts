import { setTimeout as sleep } from 'node:timers/promises';
import { BoundedHttp } from '../../src/adapters/outboundHttp/boundedHttp.ts';
import { PrometheusClient } from '../../src/adapters/prometheus/client.ts';
import { PrometheusSource } from '../../src/adapters/prometheus/source.ts';
import type { World } from '../contracts/metricSource.ts';
import { type MeteredService, startMeteredService } from './meteredService.ts';
import { startPrometheus } from './prometheus.ts';

type Target = Pick<MeteredService, 'host' | 'isUp'>;
export type PrometheusWorlds = {
  readonly url: string;
  readonly client: PrometheusClient;
  /** The next service, that nobody has used yet, and a source of its own. */
  readonly open: () => Promise<World>;
  readonly stop: () => Promise<void>;
};

/** A real Prometheus that scrapes many real services, and `others`: its first scrape takes five seconds, which one per test would add up. */
export async function openPrometheusWorlds(count: number, others: readonly string[] = []): Promise<PrometheusWorlds> {
  const services = await Promise.all(Array.from({ length: count }, (_, index) => startMeteredService(String(index))));
  const server = await startPrometheus({ targets: [...services.map(({ host }) => host), ...others] });
  const client = new PrometheusClient(new BoundedHttp(server.url));
  // Scrapes of services that no test looks at would keep a busy machine from answering those that one does.
  for (const service of services) service.is('bare');
  const unused = services.entries();
  return {
    url: server.url,
    client,
    open: async () => {
      const [index, service] = unused.next().value ?? [];
      if (service === undefined) throw new Error(`more than ${count} worlds`);
      return worldOf(service, String(index), server.url, client);
    },
    stop: async () => {
      await client.close();
      await server.stop();
      await Promise.all(services.map((service) => service.stop()));
    },
  };
}

function worldOf(service: MeteredService, shop: string, url: string, client: PrometheusClient): World {
  const source = new PrometheusSource('shop', new BoundedHttp(url));
  service.is('up');
  return {
    service,
    source,
    shop,
    nowMs: () => Date.now(),
    looked: () => scrapedAfter(client, service, Date.now()),
    stop: async () => {
      service.is('bare');
      await source.close();
    },
  };
}

/**
 * `up` has a sample of every attempt; its time is the attempt's beginning. On a busy machine an attempt at a service that
 * is up can fail too, and is no look at it.
 */
export async function scrapedAfter(client: PrometheusClient, { host, isUp }: Target, momentMs: number): Promise<void> {
  const up = `up{instance="${host}"}`;
  const attempts = `timestamp(${up}) and on (instance) (${up} == ${isUp() ? 1 : 0})`;
  for (;;) {
    const answer = await client.instant(attempts, Date.now());
    if (answer.ok && (answer.data[0]?.value ?? 0) * 1000 > momentMs) return;
    await sleep(50);
  }
}

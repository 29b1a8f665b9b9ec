import { type EventEmitter, once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The metrics of a shop with a release under way, as a service of today exposes them. */
export type MeteredService = Metrics & {
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** How its `/metrics` answers from now on; `up` is the default, `bare` is up with nothing to show, which costs nothing. */
  readonly is: (state: State) => void;
  readonly isUp: () => boolean;
  /** The process starts anew: every counter is back at nothing. */
  readonly restart: () => void;
  /** Emits `request` for each one that arrives. */
  readonly requests: EventEmitter;
  readonly stop: () => Promise<void>;
};
type State = 'up' | 'bare' | 'failing' | 'silent';
type Traffic = { readonly good?: number; readonly bad?: number };
type Metrics = {
  /** Requests of a cohort, counted at once. */
  readonly serve: (cohort: string, traffic: Traffic) => void;
  readonly took: (cohort: string, seconds: number, times?: number) => void;
  readonly accuracy: Gauge<'cohort'>;
  /** Made with its first event, and by kind of failure. */
  readonly failures: Counter<'cohort' | 'kind'>;
  /** Forgot the cohort. */
  readonly errors: Counter<'code'>;
};

/** A real HTTP service on loopback with prom-client's metrics at `/metrics`. */
export async function startMeteredService(shop = 'shop'): Promise<MeteredService> {
  const registry = new Registry();
  registry.setDefaultLabels({ shop });
  const metrics = register(registry);
  const held = new Set<ServerResponse>();
  let state: State = 'up';
  const server = createServer((_, response) => {
    if (state === 'silent') held.add(response);
    else void answer(response, registry, state);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port was given');
  return {
    ...metrics,
    host: `127.0.0.1:${address.port}`,
    is: (wanted) => {
      state = wanted;
    },
    isUp: () => state === 'up' || state === 'bare',
    requests: server,
    restart: () => registry.resetMetrics(),
    stop: async () => {
      for (const response of held) response.destroy();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function register(registry: Registry): Metrics {
  const registers = [registry];
  const requests = new Counter({
    name: 'http_requests_total',
    help: 'Requests.',
    labelNames: ['cohort', 'code'],
    registers,
  });
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'How long they took.',
    labelNames: ['cohort'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1],
    registers,
  });
  return {
    serve: (cohort, { good = 0, bad = 0 }) => {
      if (good > 0) requests.inc({ cohort, code: '200' }, good);
      if (bad > 0) requests.inc({ cohort, code: '503' }, bad);
    },
    took: (cohort, seconds, times = 1) => {
      for (let time = 0; time < times; time += 1) duration.observe({ cohort }, seconds);
    },
    accuracy: new Gauge({ name: 'model_accuracy', help: 'Accuracy.', labelNames: ['cohort'], registers }),
    failures: new Counter({
      name: 'oauth_refresh_failures_total',
      help: 'Failures.',
      labelNames: ['cohort', 'kind'],
      registers,
    }),
    errors: new Counter({ name: 'http_errors_total', help: 'Errors.', labelNames: ['code'], registers }),
  };
}

async function answer(response: ServerResponse, registry: Registry, state: State): Promise<void> {
  response.statusCode = state === 'failing' ? 500 : 200;
  response.setHeader('content-type', registry.contentType);
  response.end(state === 'up' ? await registry.metrics() : '');
}

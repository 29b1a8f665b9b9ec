import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Application } from '../../control/application.ts';
import type { ServingTelemetry } from '../../control/ports/telemetry.ts';
import { allowOrigins } from '../cors.ts';
import { limitRate } from '../limits.ts';
import { refuseOtherMethods } from '../methodNotAllowed.ts';
import { urlFault } from '../urlText.ts';
import { authenticateReader } from './readers.ts';
import { snapshotRoute } from './snapshot.ts';
import { StreamHub, type StreamLimits } from './streamHub.ts';
import { streamRoute } from './streams.ts';

export type FeedOptions = StreamLimits & {
  readonly application: Application;
  readonly telemetry: ServingTelemetry;
  readonly lookupsPerMinute: number | null;
  readonly corsOrigins: readonly string[];
};

/**
 * What evaluators elsewhere are told. Like lookups these are never turned away for load; unlike them they answer with problem bodies.
 */
export function feedRoutes(scope: FastifyInstance, options: FeedOptions): void {
  scope.decorateRequest('principal', null);
  scope.decorateRequest('byStreamKey', false);
  allowOrigins(scope, options.corsOrigins);
  void scope.after(() => addReadersRoutes(scope, options));
}

/** After what answers browsers that only ask whether they may. */
function addReadersRoutes(scope: FastifyInstance, options: FeedOptions): void {
  const { application, telemetry, lookupsPerMinute } = options;
  scope.addHook('onRequest', authenticateReader(application.tokens));
  scope.addHook('onRequest', async (request) => {
    const fault = urlFault(request.url);
    if (fault !== null) throw fault;
  });
  if (lookupsPerMinute !== null) limitRate(scope, lookupsPerMinute);
  const hub = new StreamHub({ ...options, log: scope.log });
  telemetry.watchStreams(() => hub.size);
  scope.addHook('preClose', async () => hub.stop());
  void scope.after(() => {
    const refuseTheRest = refuseOtherMethods(scope);
    const routes = scope.withTypeProvider<ZodTypeProvider>();
    snapshotRoute(routes, application);
    streamRoute(routes, { application, hub });
    refuseTheRest();
  });
}

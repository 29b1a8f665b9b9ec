import type { onResponseHookHandler } from 'fastify';
import type { ServingTelemetry } from '../control/ports/telemetry.ts';

/** Counts requests by the pattern of their route: what nobody routes is one series, whatever its path. */
export function countRequests(telemetry: ServingTelemetry): onResponseHookHandler {
  return (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    telemetry.request(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    done();
  };
}

import type { onResponseHookHandler } from 'fastify';
import type { ServingTelemetry } from '../control/ports/telemetry.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** An answer lasts for as long as its client stays: how long that was says nothing. */
    endless?: true;
  }
}

/** Counts requests by the pattern of their route: what nobody routes is one series, whatever its path. */
export function countRequests(telemetry: ServingTelemetry): onResponseHookHandler {
  return (request, reply, done) => {
    if (request.routeOptions.config.endless === true && reply.statusCode === 200) return done();
    const route = request.routeOptions.url ?? 'none';
    telemetry.request(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    done();
  };
}

import helmet from '@fastify/helmet';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { type GuardedOptions, guardedRoutes } from './guarded.ts';
import { refuseOtherMethods } from './methodNotAllowed.ts';
import { countRequests } from './requestMetrics.ts';
import { documentationRoutes } from './routes/documentation.ts';
import { healthRoutes } from './routes/health.ts';
import type { Scope } from './routes/scope.ts';
import { type FeedOptions, feedRoutes } from './stream/feedRoutes.ts';
import { refuseUnknownRoute } from './unknownRoute.ts';

export type SurfaceOptions = GuardedOptions & FeedOptions;

/** Everything but lookups, which pay for nothing of this: headers for browsers, request ids, request metrics. */
export function surface(scope: FastifyInstance, options: SurfaceOptions): void {
  // TLS ends before this server, so what binds browsers to it is said there.
  scope.register(helmet, {
    strictTransportSecurity: false,
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  });
  scope.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  scope.addHook('onResponse', countRequests(options.telemetry));
  scope.setNotFoundHandler(refuseUnknownRoute);
  scope.register(
    (guarded, _options, done) => {
      guardedRoutes(guarded, options);
      done();
    },
    { prefix: '/v1' },
  );
  scope.register(
    (feeds, _options, done) => {
      feedRoutes(feeds, options);
      done();
    },
    { prefix: '/v1' },
  );
  scope.register(swaggerUi, { routePrefix: '/docs' });
  scope.register((open, _options, done) => {
    openRoutes(open.withTypeProvider<ZodTypeProvider>(), options);
    done();
  });
}

function openRoutes(scope: Scope, options: SurfaceOptions): void {
  const refuseTheRest = refuseOtherMethods(scope);
  healthRoutes(scope, options);
  documentationRoutes(scope);
  refuseTheRest();
}

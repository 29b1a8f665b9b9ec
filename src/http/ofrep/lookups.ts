import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Application } from '../../control/application.ts';
import { FeatureOrder } from '../../control/flags/featureOrder.ts';
import type { ServingTelemetry } from '../../control/ports/telemetry.ts';
import { Refusal } from '../../control/refusal.ts';
import { hasRight, type Principal } from '../../domain/governance/role.ts';
import { lookupPrincipal } from '../auth.ts';
import { limitRate } from '../limits.ts';
import { refuseOtherMethods } from '../methodNotAllowed.ts';
import { refuseUnknownRoute, unknownRoute } from '../unknownRoute.ts';
import { AnswerTexts } from './answerText.ts';
import { answerBulk } from './bulk.ts';
import { bulkSchema, singleSchema } from './documented.ts';
import { answerFailure } from './failure.ts';
import type { LookupDeps } from './lookupDeps.ts';
import { answerSingle } from './single.ts';

export type LookupOptions = {
  readonly application: Application;
  readonly telemetry: ServingTelemetry;
  readonly lookupsPerMinute: number | null;
};

/** Lookups. No handler here is asynchronous, and no hook but the one that asks who it is. */
export function lookupRoutes(
  scope: FastifyInstance,
  { application, telemetry, lookupsPerMinute }: LookupOptions,
): void {
  scope.decorateRequest('principal', null);
  // A child logger per request costs more than the lookup; faults name their request themselves.
  scope.setChildLoggerFactory((logger) => logger);
  // The handlers read what they need by hand; this is asked of each part of every request.
  scope.setValidatorCompiler(() => () => true);
  readAnyJson(scope);
  scope.setErrorHandler((error, request, reply) => {
    answerFailure(error, request, reply);
    telemetry.request(request.method, request.routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime / 1000);
  });
  scope.addHook('onRequest', (request, _reply, done) => {
    request.principal = lookupPrincipal(application.tokens, request);
    done(refusedTo(request.principal, request) ?? undefined);
  });
  scope.setNotFoundHandler(refuseUnknownRoute);
  if (lookupsPerMinute !== null) limitRate(scope, lookupsPerMinute);
  const { flags } = application;
  const deps = { flags, order: new FeatureOrder(flags), telemetry, texts: new AnswerTexts() };
  void scope.after(() => addRoutes(scope, deps));
}

function addRoutes(scope: FastifyInstance, deps: LookupDeps): void {
  const config = { right: 'lookup' } as const;
  const refuseTheRest = refuseOtherMethods(scope);
  scope.post<{ Params: { key: string } }>('/evaluate/flags/:key', { schema: singleSchema, config }, (request, reply) =>
    answerSingle(request, reply, deps),
  );
  scope.post('/evaluate/flags', { schema: bulkSchema, config }, (request, reply) => answerBulk(request, reply, deps));
  refuseTheRest();
}

function refusedTo(principal: Principal | null, request: FastifyRequest): Refusal | null {
  if (principal === null) {
    return new Refusal('UNAUTHENTICATED', 'send a token that stands, as bearer token or X-API-Key');
  }
  return hasRight(principal, 'lookup')
    ? unknownRoute(request)
    : new Refusal('FORBIDDEN', 'the token is not for lookups');
}

/** Members called `__proto__` are attributes that nobody knows, here as everywhere: only own members are ever read. */
function readAnyJson(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('application/json', { parseAs: 'string' }, scope.getDefaultJsonParser('ignore', 'ignore'));
}

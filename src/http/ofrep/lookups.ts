import type { FastifyInstance } from 'fastify';
import type { Application } from '../../control/application.ts';
import { FeatureOrder } from '../../control/flags/featureOrder.ts';
import type { ServingTelemetry } from '../../control/ports/telemetry.ts';
import { principalOf, refusedTo } from '../auth.ts';
import { allowOrigins } from '../cors.ts';
import { limitRate } from '../limits.ts';
import { refuseOtherMethods } from '../methodNotAllowed.ts';
import { refuseUnknownRoute, unknownRoute } from '../unknownRoute.ts';
import { utf8Text } from '../utf8Text.ts';
import { AnswerTexts } from './answerText.ts';
import { AwaitedConfiguration } from './awaitedConfiguration.ts';
import { answerBulk } from './bulk.ts';
import { bulkSchema, singleSchema } from './documented.ts';
import { answerFailure } from './failure.ts';
import type { LookupDeps } from './lookupDeps.ts';
import { answerSingle } from './single.ts';

export type LookupOptions = {
  readonly application: Application;
  readonly telemetry: ServingTelemetry;
  readonly lookupsPerMinute: number | null;
  readonly corsOrigins: readonly string[];
};

/** Lookups. No handler here waits, but for a change that its client has heard of before; and no hook runs but the one that asks who it is. */
export function lookupRoutes(scope: FastifyInstance, options: LookupOptions): void {
  const { telemetry } = options;
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
  scope.setNotFoundHandler(refuseUnknownRoute);
  allowOrigins(scope, options.corsOrigins);
  void scope.after(() => addGuardedRoutes(scope, options));
}

/** After what answers browsers that only ask whether they may: they send no token with that. */
function addGuardedRoutes(
  scope: FastifyInstance,
  { application, telemetry, lookupsPerMinute }: Omit<LookupOptions, 'corsOrigins'>,
): void {
  scope.addHook('onRequest', (request, _reply, done) => {
    request.principal = principalOf(application.tokens, request, 'lookup');
    done(refusedTo(request.principal, 'lookup') ?? unknownRoute(request) ?? undefined);
  });
  if (lookupsPerMinute !== null) limitRate(scope, lookupsPerMinute);
  const { flags, tokens, configuration } = application;
  const awaited = new AwaitedConfiguration(configuration);
  scope.addHook('preClose', async () => awaited.stop());
  const deps = { flags, order: new FeatureOrder(flags), tokens, telemetry, texts: new AnswerTexts(), awaited };
  void scope.after(() => addRoutes(scope, deps));
}

function addRoutes(scope: FastifyInstance, deps: LookupDeps): void {
  const config = { right: 'lookup' } as const;
  const refuseTheRest = refuseOtherMethods(scope);
  scope.post<{ Params: { key: string } }>('/evaluate/flags/:key', { schema: singleSchema, config }, (request, reply) =>
    answerSingle(request, reply, deps),
  );
  scope.post('/evaluate/flags', { schema: bulkSchema, config }, (request, reply) => {
    const waited = deps.awaited.wait(request);
    if (waited === null) return answerBulk(request, reply, deps);
    return waited.then(() => answerBulk(request, reply, deps));
  });
  refuseTheRest();
}

/**
 * JSON in UTF-8 and nothing else. Members called `__proto__` are attributes that nobody knows, here as everywhere: only own members are
 * ever read. Of two equal keys the last one counts, and a byte order mark is passed over.
 */
function readAnyJson(scope: FastifyInstance): void {
  const parse = scope.getDefaultJsonParser('ignore', 'ignore');
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    void parse(request, utf8Text(bytes), done);
  });
}

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Application } from '../../control/application.ts';
import { callerOf, principalOf, refusedTo } from '../auth.ts';
import { allowOrigins } from '../cors.ts';
import { JSON_TYPE } from '../jsonType.ts';
import { limitRate } from '../limits.ts';
import { refuseOtherMethods } from '../methodNotAllowed.ts';
import { refuseUnknownRoute, unknownRoute } from '../unknownRoute.ts';
import { AwaitedConfiguration } from './awaitedConfiguration.ts';
import { bulkAnswer } from './bulk.ts';
import { bulkSchema, singleSchema } from './documented.ts';
import { answerFailure } from './failure.ts';
import { jsonIn } from './lookupBody.ts';
import type { LookupDeps } from './lookupDeps.ts';
import { singleAnswer } from './single.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of a lookup, on the clock of `performance`. */
    beganAtMs: number;
  }
}

export type LookupOptions = {
  readonly application: Application;
  readonly deps: LookupDeps;
  readonly lookupsPerMinute: number | null;
  readonly corsOrigins: readonly string[];
};

/** Lookups. No handler here waits, but for a change that its client has heard of before; and no hook runs but those that note when it came and ask who it is. */
export function lookupRoutes(scope: FastifyInstance, options: LookupOptions): void {
  const { telemetry } = options.deps;
  scope.decorateRequest('principal', null);
  scope.decorateRequest('beganAtMs', 0);
  scope.addHook('onRequest', (request, _reply, done) => {
    request.beganAtMs = performance.now();
    done();
  });
  // A child logger per request costs more than the lookup; faults name their request themselves.
  scope.setChildLoggerFactory((logger) => logger);
  // The handlers read what they need by hand; this is asked of each part of every request.
  scope.setValidatorCompiler(() => () => true);
  readAnyJson(scope);
  scope.setErrorHandler((error, request, reply) => {
    answerFailure(error, request, reply);
    const seconds = (performance.now() - request.beganAtMs) / 1000;
    telemetry.request(request.method, request.routeOptions.url ?? 'none', reply.statusCode, seconds);
  });
  scope.setNotFoundHandler(refuseUnknownRoute);
  allowOrigins(scope, options.corsOrigins);
  void scope.after(() => addGuardedRoutes(scope, options));
}

/** After what answers browsers that only ask whether they may: they send no token with that. */
function addGuardedRoutes(
  scope: FastifyInstance,
  { application, deps, lookupsPerMinute }: Omit<LookupOptions, 'corsOrigins'>,
): void {
  scope.addHook('onRequest', (request, _reply, done) => {
    request.principal = principalOf(application.tokens, request, 'lookup');
    done(refusedTo(request.principal, 'lookup') ?? unknownRoute(request) ?? undefined);
  });
  if (lookupsPerMinute !== null) limitRate(scope, lookupsPerMinute);
  const awaited = new AwaitedConfiguration(application.configuration);
  scope.addHook('preClose', async () => awaited.stop());
  void scope.after(() => addRoutes(scope, deps, awaited));
}

function addRoutes(scope: FastifyInstance, deps: LookupDeps, awaited: AwaitedConfiguration): void {
  const config = { right: 'lookup' } as const;
  const refuseTheRest = refuseOtherMethods(scope);
  scope.post<{ Params: { key: string } }>(
    '/evaluate/flags/:key',
    { schema: singleSchema, config },
    (request, reply) => {
      const text = singleAnswer(request.params.key, request.body, callerOf(request), deps);
      reply.header('content-type', JSON_TYPE).send(text);
    },
  );
  scope.post('/evaluate/flags', { schema: bulkSchema, config }, (request, reply) => {
    const waited = awaited.wait(request);
    if (waited === null) return sendBulk(request, reply, deps);
    return waited.then(() => sendBulk(request, reply, deps));
  });
  refuseTheRest();
}

function sendBulk(request: FastifyRequest, reply: FastifyReply, deps: LookupDeps): void {
  const { tag, text } = bulkAnswer(request.body, request.headers['if-none-match'], callerOf(request), deps);
  reply.header('etag', tag);
  if (text === null) reply.code(304).send();
  else reply.header('content-type', JSON_TYPE).send(text);
}

/** JSON and nothing else. What it throws is answered as its refusal. */
function readAnyJson(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (_request, bytes, done) => {
    done(null, jsonIn(bytes));
  });
}

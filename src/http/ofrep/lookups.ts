import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Application } from '../../control/application.ts';
import type { ServingTelemetry } from '../../control/ports/telemetry.ts';
import { Refusal } from '../../control/refusal.ts';
import { hasRight, mayTouch, type Principal } from '../../domain/governance/role.ts';
import { callerOf, lookupPrincipal, requireReach } from '../auth.ts';
import { limitRate } from '../limits.ts';
import { refuseOtherMethods } from '../methodNotAllowed.ts';
import { refuseUnknownRoute, unknownRoute } from '../unknownRoute.ts';
import { AnswerTexts } from './answerText.ts';
import { bulkSchema, singleSchema } from './documented.ts';
import { entityTagOf, matchesAny } from './entityTag.ts';
import { answerFailure, fail } from './failure.ts';
import { readLookup } from './lookupBody.ts';

export type LookupOptions = {
  readonly application: Application;
  readonly telemetry: ServingTelemetry;
  readonly lookupsPerMinute: number | null;
};

const JSON_TYPE = 'application/json; charset=utf-8';
const config = { right: 'lookup' } as const;

/** Lookups. Everything they need is in memory; no handler here is asynchronous. */
export function lookupRoutes(scope: FastifyInstance, options: LookupOptions): void {
  const { application, telemetry, lookupsPerMinute } = options;
  const texts = new AnswerTexts();
  scope.decorateRequest('principal', null);
  // A child logger per request costs more than the lookup; faults name their request themselves.
  scope.setChildLoggerFactory((logger) => logger);
  scope.setValidatorCompiler(() => (input: unknown) => ({ value: input }));
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
  const refuseTheRest = refuseOtherMethods(scope);
  scope.post<{ Params: { key: string } }>('/evaluate/flags/:key', { schema: singleSchema, config }, (request, reply) =>
    answerSingle(request, reply, options, texts),
  );
  scope.post('/evaluate/flags', { schema: bulkSchema, config }, (request, reply) =>
    answerBulk(request, reply, options, texts),
  );
  refuseTheRest();
}

function refusedTo(principal: Principal | null, request: FastifyRequest): Refusal | null {
  if (principal === null)
    return new Refusal('UNAUTHENTICATED', 'send a token that stands, as bearer token or X-API-Key');
  if (!hasRight(principal, 'lookup')) return new Refusal('FORBIDDEN', 'the token is not for lookups');
  return unknownRoute(request);
}

/** Members called `__proto__` are attributes that nobody knows, here as everywhere: only own members are ever read. */
function readAnyJson(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('application/json', { parseAs: 'string' }, scope.getDefaultJsonParser('ignore', 'ignore'));
}

function answerSingle(
  request: FastifyRequest<{ Params: { key: string } }>,
  reply: FastifyReply,
  { application: { flags }, telemetry }: LookupOptions,
  texts: AnswerTexts,
): void {
  const began = performance.now();
  const { key } = request.params;
  requireReach(callerOf(request), key);
  const read = readLookup(request.body, key);
  if (read.kind === 'failed') return fail(reply, 400, read.failure);
  const document = flags.document(key);
  if (document === undefined) throw new Refusal('NOT_FOUND', 'no feature has this key');
  const evaluation = flags.evaluate(key, read.context);
  if (evaluation.kind === 'resolved') telemetry.lookup(key, evaluation.variant);
  else reply.code(400);
  reply.header('content-type', JSON_TYPE).send(texts.of(document, evaluation));
  telemetry.lookupSeconds((performance.now() - began) / 1000);
}

function answerBulk(
  request: FastifyRequest,
  reply: FastifyReply,
  { application: { flags }, telemetry }: LookupOptions,
  texts: AnswerTexts,
): void {
  const began = performance.now();
  const principal = callerOf(request);
  const read = readLookup(request.body, null);
  if (read.kind === 'failed') return fail(reply, 400, read.failure);
  const seen = flags.evaluateAll(read.context).filter(({ feature }) => mayTouch(principal, feature));
  const answers = seen
    .toSorted((one, other) => (one.feature < other.feature ? -1 : 1))
    .flatMap(({ feature, evaluation }) => {
      const document = flags.document(feature);
      if (evaluation.kind === 'resolved') telemetry.lookup(feature, evaluation.variant);
      return document === undefined ? [] : [texts.of(document, evaluation)];
    });
  sendTagged(request, reply, `{"flags":[${answers.join(',')}]}`);
  telemetry.lookupSeconds((performance.now() - began) / 1000);
}

function sendTagged(request: FastifyRequest, reply: FastifyReply, body: string): void {
  const tag = entityTagOf(body);
  reply.header('etag', tag);
  if (matchesAny(tag, request.headers['if-none-match'])) reply.code(304).send();
  else reply.header('content-type', JSON_TYPE).send(body);
}

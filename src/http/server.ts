import { randomUUID } from 'node:crypto';
import swagger from '@fastify/swagger';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import type { Application } from '../control/application.ts';
import type { Clock } from '../control/ports/clock.ts';
import type { ServingTelemetry } from '../control/ports/telemetry.ts';
import { ahead } from './ahead.ts';
import { answerProblem } from './answerProblem.ts';
import { answerClientError } from './clientError.ts';
import { Creation } from './creation.ts';
import { endConnections } from './endConnections.ts';
import { isQuiet } from './logging.ts';
import { type LookupDeps, lookupDeps } from './ofrep/lookupDeps.ts';
import { lookupRoutes } from './ofrep/lookups.ts';
import { PlainLookups } from './ofrep/plainLookups.ts';
import { openApi } from './openapi.ts';
import { surface } from './surface.ts';
import { answerUnroutable } from './unroutable.ts';
import { serializerCompiler, validatorCompiler } from './validation.ts';

export type ServerOptions = {
  /** A pino logger made with `REDACTION` and `SERIALIZERS` of `logging.ts`; null for silence. */
  readonly logger: FastifyBaseLogger | null;
  readonly clock: Clock;
  /** Of this Sluice, for the OpenAPI document. */
  readonly version: string;
} & Partial<Settings>;

type Settings = {
  readonly bodyLimitBytes: number;
  /** Per token, without the acts that close a gate. */
  readonly requestsPerMinute: number;
  /** Per token; null does not count them. */
  readonly lookupsPerMinute: number | null;
  /** Whose pages may look flags up in a browser; `*` stands for all. */
  readonly corsOrigins: readonly string[];
  /** Event streams that may be open in this process, and with one token. */
  readonly maxStreams: number;
  readonly maxStreamsPerToken: number;
  /** Above this mean delay of the event loop new work is turned away, but for closing and lookups; 0 never does. */
  readonly maxEventLoopDelayMs: number;
  /** A request that trickles in for longer, head and body, is given up. */
  readonly requestTimeoutMs: number;
};

const DEFAULTS: Settings = {
  bodyLimitBytes: 1024 * 1024,
  requestsPerMinute: 6000,
  lookupsPerMinute: null,
  corsOrigins: [],
  maxStreams: 10_000,
  maxStreamsPerToken: 5_000,
  maxEventLoopDelayMs: 1000,
  requestTimeoutMs: 30_000,
};

/** Node looks at its limits so often within one. */
const TIMEOUT_CHECKS = 6;

/** Encoded, a character may take twelve. Feature keys have at most 128, OFREP's up to 256. */
const LONGEST_PARAMETER = 256 * 12;

/** Puts the wire in front of an application. Listens to nothing: that is the caller's. */
export function buildServer(
  application: Application,
  telemetry: ServingTelemetry,
  wish: ServerOptions,
): FastifyInstance {
  const options = { ...DEFAULTS, ...wish };
  const { requestTimeoutMs } = options;
  const server = fastify({
    ...(options.logger === null ? {} : { loggerInstance: options.logger }),
    logController: new LogController({ disableRequestLogging: isQuiet }),
    genReqId: () => randomUUID(),
    bodyLimit: options.bodyLimitBytes,
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    requestTimeout: requestTimeoutMs,
    // Node exchanges both limits where that of the head is the longer one, which it is by default.
    http: { headersTimeout: requestTimeoutMs, connectionsCheckingInterval: requestTimeoutMs / TIMEOUT_CHECKS },
    // While stopping, requests that are on their way are still answered.
    return503OnClosing: false,
    clientErrorHandler: answerClientError,
    frameworkErrors: answerUnroutable(application.tokens),
  });
  endConnections(server);
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  server.setErrorHandler(answerProblem);
  const { clock, lookupsPerMinute, corsOrigins } = options;
  const creation = new Creation(application.idempotency, clock);
  const deps = lookupDeps(application, telemetry);
  // Who counts lookups has them all go by the one that counts.
  if (lookupsPerMinute === null) takePlainLookups(server, deps, options);
  server.register(swagger, openApi(options.version));
  server.register(
    (lookups, _options, done) => {
      lookupRoutes(lookups, { application, deps, lookupsPerMinute, corsOrigins });
      done();
    },
    { prefix: '/ofrep/v1' },
  );
  server.register((rest, _options, done) => {
    surface(rest, { ...options, application, telemetry, creation });
    done();
  });
  return server;
}

function takePlainLookups(fastify: FastifyInstance, deps: LookupDeps, { bodyLimitBytes }: Settings): void {
  const plain = new PlainLookups(deps, { bodyLimitBytes, log: fastify.log });
  fastify.addHook('preClose', async () => plain.stop());
  ahead(fastify.server, (request, response) => plain.take(request, response));
}

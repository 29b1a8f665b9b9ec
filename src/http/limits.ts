import rateLimit from '@fastify/rate-limit';
import underPressure from '@fastify/under-pressure';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../control/refusal.ts';

/** Long enough that one slow step is not taken for overload. */
const LOOK_EVERY_MS = 2000;

/** At most so many requests a minute per token; `Retry-After` says when there are more. Routes opt out by `rateLimit: false`. */
export function limitRate(scope: FastifyInstance, perMinute: number): void {
  scope.register(rateLimit, {
    max: perMinute,
    timeWindow: 60_000,
    keyGenerator: (request: FastifyRequest) => request.principal?.tokenId ?? request.ip,
    errorResponseBuilder: (_request, { max }) =>
      new Refusal('TOO_MANY_REQUESTS', `the limit is ${max} requests a minute`),
  });
}

/** Turns work away while the event loop is this late in the mean. Routes opt out by a `pressureHandler` that does nothing. */
export function shedLoad(scope: FastifyInstance, maxEventLoopDelayMs: number): void {
  scope.register(underPressure, {
    maxEventLoopDelay: maxEventLoopDelayMs,
    sampleInterval: LOOK_EVERY_MS,
    retryAfter: 1,
  });
}

import rateLimit from '@fastify/rate-limit';
import underPressure from '@fastify/under-pressure';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../control/refusal.ts';

/** Above this mean delay of the event loop, new work only makes all of it later. */
const MAX_EVENT_LOOP_DELAY_MS = 1000;

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

/** Turns work away while there is too much of it. Routes opt out by a `pressureHandler` that does nothing. */
export function shedLoad(scope: FastifyInstance): void {
  scope.register(underPressure, { maxEventLoopDelay: MAX_EVENT_LOOP_DELAY_MS, retryAfter: 1 });
}

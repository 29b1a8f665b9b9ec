import type { FastifyReply, FastifyRequest } from 'fastify';
import { REFUSALS, type Refusal } from '../control/refusal.ts';
import { PROBLEM_TYPE, problemOf } from './problem.ts';
import { refusalOf } from './refusalOf.ts';

/** Answers an error with a problem body. What is our fault is logged here, once. */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = refusalOf(error);
  logFault(error, refusal, request);
  if (refusal.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer realm="sluice"');
  if (refusal.code === 'METHOD_NOT_ALLOWED') reply.header('allow', refusal.more.allowed?.join(', ') ?? '');
  if (refusal.code === 'IDEMPOTENCY_BUSY') reply.header('retry-after', '1');
  if (refusal.code === 'SIMULATIONS_BUSY' || refusal.code === 'STREAMS_FULL') reply.header('retry-after', '10');
  if (refusal.code === 'OVERLOADED' && !reply.hasHeader('retry-after')) reply.header('retry-after', '1');
  const text = JSON.stringify(problemOf(refusal, request.id));
  reply.code(REFUSALS[refusal.code].status).header('content-type', PROBLEM_TYPE).send(text);
}

/** Overload is left out: a line for each request turned away would be load of its own. */
export function logFault(error: unknown, refusal: Refusal, request: Pick<FastifyRequest, 'id' | 'log'>): void {
  const isFault = REFUSALS[refusal.code].status >= 500 && refusal.code !== 'OVERLOADED';
  if (isFault) request.log.error({ err: error, reqId: request.id }, 'request failed');
}

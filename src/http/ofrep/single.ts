import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf, requireReach } from '../auth.ts';
import { LookupFailed } from './failure.ts';
import { contextIn } from './lookupBody.ts';
import type { LookupDeps } from './lookupDeps.ts';

/** Answers one flag. */
export function answerSingle(
  request: FastifyRequest<{ Params: { key: string } }>,
  reply: FastifyReply,
  { flags, telemetry, texts }: LookupDeps,
): void {
  const began = performance.now();
  const { key } = request.params;
  requireReach(callerOf(request), key);
  const context = contextIn(request.body);
  const evaluation = flags.evaluate(key, context);
  if (evaluation.kind === 'failed') throw new LookupFailed(evaluation.errorCode, evaluation.errorDetails);
  telemetry.lookup(key, evaluation.variant);
  reply.header('content-type', 'application/json; charset=utf-8').send(texts.of(key, evaluation));
  telemetry.lookupSeconds((performance.now() - began) / 1000);
}

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Evaluated } from '../../control/flags/flagView.ts';
import { callerOf } from '../auth.ts';
import { entityTagOf, matchesAny } from './entityTag.ts';
import { contextIn } from './lookupBody.ts';
import type { LookupDeps } from './lookupDeps.ts';

/** Answers every flag that the token may ask about, by key; those that have no answer for this context say so one by one. */
export function answerBulk(request: FastifyRequest, reply: FastifyReply, deps: LookupDeps): void {
  const began = performance.now();
  const features = deps.order.keys(callerOf(request).features);
  const evaluated = deps.flags.evaluateAll(contextIn(request.body), features);
  const body = `{"flags":[${evaluated.map((one) => flagText(one, deps)).join(',')}]}`;
  const tag = entityTagOf(body);
  reply.header('etag', tag);
  if (matchesAny(tag, request.headers['if-none-match'])) reply.code(304).send();
  else reply.header('content-type', 'application/json; charset=utf-8').send(body);
  deps.telemetry.lookupSeconds((performance.now() - began) / 1000);
}

function flagText({ feature, document, evaluation }: Evaluated, { telemetry, texts }: LookupDeps): string {
  if (evaluation.kind === 'failed') {
    const { errorCode, errorDetails } = evaluation;
    return JSON.stringify({ key: feature, errorCode, errorDetails });
  }
  telemetry.lookup(feature, evaluation.variant);
  return texts.of(document, evaluation);
}

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Evaluated } from '../../control/flags/flagView.ts';
import type { Principal } from '../../domain/governance/role.ts';
import { callerOf } from '../auth.ts';
import { entityTagOf, matchesAny } from './entityTag.ts';
import { contextIn } from './lookupBody.ts';
import type { LookupDeps } from './lookupDeps.ts';

/** Answers every flag that the token may ask about, by key; those that have no answer for this context say so one by one. */
export function answerBulk(request: FastifyRequest, reply: FastifyReply, deps: LookupDeps): void {
  const began = performance.now();
  const principal = callerOf(request);
  const features = deps.order.keys(principal.features);
  const evaluated = deps.flags.evaluateAll(contextIn(request.body), features);
  const texts = evaluated.map((one) => flagText(one, deps)).join(',');
  // One text for both: a second one would be another copy of tens of kilobytes.
  const body = `{"flags":[${texts}]${eventStreamsText(principal, deps)}}`;
  const tag = entityTagOf(body);
  reply.header('etag', tag);
  if (matchesAny(tag, request.headers['if-none-match'])) reply.code(304).send();
  else reply.header('content-type', 'application/json; charset=utf-8').send(body);
  deps.telemetry.lookupSeconds((performance.now() - began) / 1000);
}

/** Where a client hears of changes: a browser's `EventSource` sends no headers, so a key of the token stands in the address. */
function eventStreamsText({ tokenId }: Principal, { tokens }: LookupDeps): string {
  const key = tokens.streamKey(tokenId);
  if (key === null) return '';
  return `,"eventStreams":[{"type":"sse","endpoint":{"requestUri":"/v1/stream?key=${key}"}}]`;
}

function flagText({ feature, evaluation }: Evaluated, { telemetry, texts }: LookupDeps): string {
  if (evaluation.kind === 'failed') {
    const { errorCode, errorDetails } = evaluation;
    return JSON.stringify({ key: feature, errorCode, errorDetails });
  }
  telemetry.lookup(feature, evaluation.variant);
  return texts.of(feature, evaluation);
}

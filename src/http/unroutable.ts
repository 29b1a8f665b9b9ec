import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TokenDesk } from '../control/application.ts';
import { Refusal } from '../control/refusal.ts';
import { answerProblem } from './answerProblem.ts';
import { principalOf } from './auth.ts';
import { answerFailure } from './ofrep/failure.ts';
import { refusalOf } from './refusalOf.ts';
import { urlFault } from './urlText.ts';

/** Answers a URL that the router can't read. No hook has run: who asks is looked at here, since nobody learns more without a token. */
export function answerUnroutable(tokens: TokenDesk) {
  return (error: Error, request: FastifyRequest, reply: FastifyReply): void => {
    const refusal = urlFault(request.url) ?? refusalOf(error);
    const isLookup = request.url.startsWith('/ofrep/');
    const isGuarded = isLookup || request.url.startsWith('/v1/');
    const isKnown = principalOf(tokens, request, 'lookup') !== null;
    const said = isGuarded && !isKnown ? new Refusal('UNAUTHENTICATED', 'a token is needed') : refusal;
    (isLookup ? answerFailure : answerProblem)(said, request, reply);
  };
}

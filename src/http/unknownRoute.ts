import type { FastifyRequest } from 'fastify';
import { Refusal } from '../control/refusal.ts';

/** The refusal of a path that nothing is routed at; null where something is. Asked before a body is read that nobody wants. */
export function unknownRoute(request: FastifyRequest): Refusal | null {
  return request.is404 ? new Refusal('NOT_FOUND', 'there is nothing at this path') : null;
}

/** A scope's own answer to unknown paths, so that its hooks and error bodies hold there too. */
export function refuseUnknownRoute(): never {
  throw new Refusal('NOT_FOUND', 'there is nothing at this path');
}

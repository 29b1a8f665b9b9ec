import type { FastifyRequest, HookHandlerDoneFunction, onRequestHookHandler } from 'fastify';
import type { TokenDesk } from '../control/application.ts';
import { Refusal } from '../control/refusal.ts';
import { hasRight, mayTouch, type Principal, type Right, rolesWith } from '../domain/governance/role.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a token must be good for here. */
    right?: Right;
  }
  interface FastifyRequest {
    principal: Principal | null;
  }
}

/** Longer than any token that was ever issued; more is not worth a hash. */
const LONGEST_TOKEN = 1024;

/** Of a request, what says who asks. */
type Asking = Pick<FastifyRequest, 'headers'>;

/** The token of `Authorization: Bearer …`; null without one. */
export function bearerOf(request: Asking): string | null {
  const header = request.headers.authorization;
  if (header === undefined || header.length > LONGEST_TOKEN) return null;
  // As nearly everybody writes it; what is written otherwise is looked at more closely.
  if (!header.startsWith('Bearer ') && !/^bearer /i.test(header)) return null;
  return header.slice('bearer '.length).trim() || null;
}

function apiKeyOf({ headers }: Asking): string | null {
  const key = headers['x-api-key'];
  return typeof key === 'string' && key.length <= LONGEST_TOKEN ? key : null;
}

/** Who asks, where services ask also by `X-API-Key`; null where the token is none of ours. */
export function principalOf(tokens: TokenDesk, request: Asking, right: Right | undefined): Principal | null {
  const token = bearerOf(request) ?? (right === 'lookup' ? apiKeyOf(request) : null);
  return token === null ? null : tokens.authenticate(token);
}

/**
 * Runs before anything of the request is read: without a token nobody learns what exists here, nor what is wrong with the body.
 */
export function authenticate(tokens: TokenDesk): onRequestHookHandler {
  return (request: FastifyRequest, _reply: unknown, done: HookHandlerDoneFunction) => {
    const { right } = request.routeOptions.config;
    request.principal = principalOf(tokens, request, right);
    done(refusedTo(request.principal, right) ?? undefined);
  };
}

/** Why this right is refused to whoever asks; null where it is not. */
export function refusedTo(principal: Principal | null, right: Right | undefined): Refusal | null {
  if (principal === null) {
    const orKey = right === 'lookup' ? ', or as `X-API-Key`' : '';
    return new Refusal('UNAUTHENTICATED', `send a token that stands as \`Authorization: Bearer <token>\`${orKey}`);
  }
  if (right === undefined) return null;
  if (!hasRight(principal, right)) {
    return new Refusal('FORBIDDEN', `this takes one of the roles ${rolesWith(right).join(', ')}`);
  }
  // Otherwise it could issue itself a token without bounds.
  if (right === 'administer' && principal.features !== null) {
    return new Refusal('FORBIDDEN', 'a token for some features has no right over the installation');
  }
  return null;
}

/** Who asks, on a route that `authenticate` guards. */
export function callerOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw new Error('a route without authentication asked who the caller is');
  return request.principal;
}

/** A token for some features may not act on others, whether they exist or not. */
export function requireReach(principal: Principal, feature: string): void {
  if (!mayTouch(principal, feature)) throw new Refusal('FORBIDDEN', 'the token is for other features');
}

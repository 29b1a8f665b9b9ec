import type { FastifyRequest, HookHandlerDoneFunction, onRequestHookHandler } from 'fastify';
import type { TokenDesk } from '../../control/application.ts';
import { principalOf, refusedTo } from '../auth.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Browsers send no headers with an `EventSource`: here a stream key in the query will do. */
    takesStreamKey?: true;
  }
  interface FastifyRequest {
    /** Who asks has shown a stream key and no token. */
    byStreamKey: boolean;
  }
}

/** Longer than any stream key; more is not worth a hash. */
const LONGEST_KEY = 128;

/** Runs before anything of the request is read, as for all that takes a token. */
export function authenticateReader(tokens: TokenDesk): onRequestHookHandler {
  return (request: FastifyRequest, _reply: unknown, done: HookHandlerDoneFunction) => {
    const { right, takesStreamKey } = request.routeOptions.config;
    request.principal = principalOf(tokens, request, right);
    const key = takesStreamKey === true && request.principal === null ? queried(request, 'key') : null;
    if (key !== null && key.length <= LONGEST_KEY) {
      request.principal = tokens.authenticateStream(key);
      request.byStreamKey = true;
    }
    const asked = takesStreamKey === true && queried(request, 'events') === 'rollouts' ? 'view' : right;
    done(refusedTo(request.principal, asked) ?? undefined);
  };
}

function queried({ query }: FastifyRequest, name: string): string | null {
  if (typeof query !== 'object' || query === null || !Object.hasOwn(query, name)) return null;
  const value: unknown = Reflect.get(query, name);
  return typeof value === 'string' ? value : null;
}

import type { FastifyInstance, HTTPMethods, RouteOptions } from 'fastify';
import { Refusal } from '../control/refusal.ts';

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Remembers the routes of a scope from here on; call the answer after the last one to refuse all other methods on their paths. */
export function refuseOtherMethods(scope: FastifyInstance): () => void {
  const taken = new Map<string, Set<string>>();
  scope.addHook('onRoute', ({ url, method }: RouteOptions) => {
    taken.set(url, (taken.get(url) ?? new Set()).union(new Set([method].flat())));
  });
  return () => {
    for (const [url, methods] of [...taken]) refuseAllBut(scope, url, methods);
  };
}

function refuseAllBut(scope: FastifyInstance, url: string, taken: ReadonlySet<string>): void {
  const allowed = METHODS.filter((method) => taken.has(method));
  scope.route({
    method: METHODS.filter((method) => !taken.has(method)),
    url: url.slice(scope.prefix.length) || '/',
    schema: { hide: true },
    // Before the body is read: what is wrong with it does not matter any more.
    onRequest: () => Promise.reject(new Refusal('METHOD_NOT_ALLOWED', `it takes ${allowed.join(', ')}`, { allowed })),
    handler: () => undefined,
  });
}

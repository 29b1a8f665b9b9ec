import { type FastifyCorsOptions, fastifyCors } from '@fastify/cors';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Browsers ask again after so long whether they may. */
const PREFLIGHT_SECONDS = 600;

/** What a page's provider reads of an answer: without these a browser hides both. */
const EXPOSED = ['ETag', 'Retry-After'];

const CLOSED: FastifyCorsOptions = { origin: false };

/**
 * Lets pages of these origins ask the routes of this scope; `*` stands for all, and with none nobody is let in. Call it after the
 * scope has its error handler, and add the hooks that ask for a token in `scope.after`: a browser asks first, without one, and has to
 * be answered before it is missed. Refusals carry the headers, too, or a page could not tell a 401 from a server that is away. No
 * credentials: what counts is the token in a header.
 */
export function allowOrigins(scope: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const open: FastifyCorsOptions = {
    origin: origins.includes('*') ? '*' : [...origins],
    methods: ['GET', 'POST'],
    exposedHeaders: EXPOSED,
    maxAge: PREFLIGHT_SECONDS,
  };
  scope.register(fastifyCors, {
    delegator: (request: FastifyRequest, done: (error: null, options: FastifyCorsOptions) => void) =>
      done(null, isAskedByBrowsers(request) ? open : CLOSED),
  });
}

/** An `OPTIONS` that no browser sent is any other wrong method, token and all. */
const isAskedByBrowsers = ({ method, headers }: FastifyRequest) =>
  method !== 'OPTIONS' || (headers.origin !== undefined && headers['access-control-request-method'] !== undefined);

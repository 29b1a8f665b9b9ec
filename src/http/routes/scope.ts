import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Application } from '../../control/application.ts';
import type { Clock } from '../../control/ports/clock.ts';
import type { Creation } from '../creation.ts';

/** Where routes are put: a Fastify scope that reads schemas of zod. */
export type Scope = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What routes are given. */
export type RouteDeps = { readonly application: Application; readonly creation: Creation; readonly clock: Clock };

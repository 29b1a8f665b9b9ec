import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Application } from '../../control/application.ts';
import type { Configuration } from '../../control/flags/configuration.ts';
import { ConfigurationScope } from '../../control/flags/configurationScope.ts';
import { callerOf } from '../auth.ts';
import { JSON_TYPE } from '../jsonType.ts';
import { matchesAny } from '../ofrep/entityTag.ts';
import type { Scope } from '../routes/scope.ts';
import { nothing } from '../schemas/list.ts';
import { snapshotSchema } from '../schemas/snapshot.ts';

/** What a cache is told of an age that is beyond all reckoning (RFC 9111, 1.2.2). */
const OLDEST_SECONDS = 2_147_483_648;

/** All documents as they are served, for evaluators elsewhere. */
export function snapshotRoute(scope: Scope, application: Application): void {
  const { configuration } = application;
  const whole = new WholeSnapshot(application);
  scope.get(
    '/snapshot',
    {
      schema: {
        operationId: 'getSnapshot',
        summary: 'All flag documents, for evaluation in process',
        tags: ['lookups'],
        querystring: z.strictObject({}),
        response: { 200: snapshotSchema, 304: nothing.describe('Nothing has changed since the one with this ETag.') },
      },
      config: { right: 'lookup', heeds: { 'If-None-Match': 'the ETag of what is known' } },
    },
    (request, reply) => {
      const { features } = callerOf(request);
      const seen = features === null ? whole.scope : new ConfigurationScope(configuration, features);
      const tag = `"${seen.tag()}"`;
      reply.header('etag', tag).header('age', ageSeconds(configuration)).header('cache-control', 'private, no-cache');
      if (matchesAny(tag, request.headers['if-none-match'])) return sendNothing(reply.code(304));
      sendText(reply, features === null ? whole.body() : snapshotText(application, seen));
    },
  );
}

/** The whole of it, put into text once for each configuration. */
class WholeSnapshot {
  readonly scope: ConfigurationScope;
  readonly #application: Application;
  #made = { position: -1, body: Buffer.alloc(0) };

  constructor(application: Application) {
    this.#application = application;
    this.scope = new ConfigurationScope(application.configuration, null);
  }

  body(): Buffer {
    const { position } = this.#application.configuration;
    if (this.#made.position !== position) {
      this.#made = { position, body: Buffer.from(snapshotText(this.#application, this.scope)) };
    }
    return this.#made.body;
  }
}

function snapshotText({ configuration, installation }: Application, scope: ConfigurationScope): string {
  const environment = JSON.stringify(installation.environment);
  const staleAfterSeconds = configuration.staleAfterMs / 1000;
  const head = `"schema":1,"environment":${environment},"staleAfterSeconds":${staleAfterSeconds}`;
  return `{${head},"flags":[${scope.texts().join(',')}]}`;
}

function ageSeconds({ ageMs }: Configuration): number {
  return Math.min(Math.ceil(ageMs / 1000), OLDEST_SECONDS);
}

function sendNothing(reply: FastifyReply): void {
  reply.send();
}

/** It is JSON already. */
function sendText(reply: FastifyReply, body: Buffer | string): void {
  reply.header('content-type', JSON_TYPE).send(body);
}

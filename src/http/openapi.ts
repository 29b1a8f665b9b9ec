import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { describedRoute } from './describedRoute.ts';
import { withoutUnusedSchemas } from './unusedSchemas.ts';
import { writable } from './writable.ts';

/** The OpenAPI 3.1 document: what the routes say, and what is true of all of them, said once. */
export function openApi(version: string): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.1',
      info: {
        title: 'Sluice',
        version,
        description: 'Progressive delivery: releases that advance, hold and roll back by themselves.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          streamKey: {
            type: 'apiKey',
            in: 'query',
            name: 'key',
            description: 'for notices of changes, where no header can be sent',
          },
          apiKey: {
            type: 'apiKey',
            in: 'header',
            name: 'X-API-Key',
            description: 'for services: lookups, snapshot, stream, acknowledgements',
          },
        },
      },
    },
    transform: describedRoute,
    transformObject: (document) => writable(withoutUnusedSchemas(jsonSchemaTransformObject(document))),
  };
}

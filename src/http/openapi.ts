import type { FastifyDynamicSwaggerOptions, SwaggerTransform } from '@fastify/swagger';
import type { RouteOptions } from 'fastify';
import { createJsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { REFUSALS, type RefusalCode } from '../control/refusal.ts';
import { PROBLEM_TYPE } from './problem.ts';
import { refusalsOf } from './routeConfig.ts';
import { problemSchema } from './schemas/problem.ts';
import { withoutUnusedSchemas } from './unusedSchemas.ts';

const toJsonSchema = createJsonSchemaTransform({ skipList: [] });

const BEARER = { bearer: [] };
const API_KEY = { apiKey: [] };

/** The OpenAPI 3.1 document: what the routes say, and what is true of all of them said once, here. */
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
          apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'for lookups' },
        },
      },
    },
    transform: described,
    transformObject: (document) => withoutUnusedSchemas(jsonSchemaTransformObject(document)),
  };
}

type Schema = Parameters<typeof toJsonSchema>[0]['schema'];

/** Adds what no route has to say itself: who may ask, the headers it looks at, and the problems it may answer with. */
const described: SwaggerTransform = (document) => {
  const schema: Schema | undefined = document.schema;
  if (schema === undefined || schema.hide === true) return { schema: { hide: true } as Schema, url: document.url };
  const config = document.route.config ?? {};
  const security = config.right === undefined ? [] : config.right === 'lookup' ? [BEARER, API_KEY] : [BEARER];
  const headers = headersOf(document.route);
  return toJsonSchema({
    ...document,
    schema: {
      ...schema,
      ...(headers === null ? {} : { headers }),
      response: {
        ...Object(schema.response),
        ...(config.right === 'lookup' ? {} : problemsOf(document.route, schema)),
      },
      security,
    } as Schema,
  });
};

function headersOf({ config }: RouteOptions): z.ZodType | null {
  const version = z.string().describe('the version that was seen, as in "3"');
  const key = z.string().describe('makes a repeated request harmless, for 24 hours');
  if (config?.ifMatch === 'required') return z.object({ 'If-Match': version });
  if (config?.ifMatch === 'optional') return z.object({ 'If-Match': version.optional() });
  return config?.creates === undefined ? null : z.object({ 'Idempotency-Key': key.optional() });
}

function problemsOf({ config }: RouteOptions, schema: Schema) {
  const body = schema.body !== undefined;
  const input = body || schema.params !== undefined || schema.querystring !== undefined;
  const codes = refusalsOf(config ?? {}, { body, input });
  const byStatus = Object.entries(Object.groupBy(codes, (code) => REFUSALS[code].status));
  return Object.fromEntries(byStatus.map(([status, refused = []]) => [status, problem(refused)]));
}

const problem = (codes: readonly RefusalCode[]) => ({
  description: codes.map((code) => `\`${code}\`: ${REFUSALS[code].title}`).join('. '),
  content: { [PROBLEM_TYPE]: { schema: problemSchema } },
});

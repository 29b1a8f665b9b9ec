import type { SwaggerTransform } from '@fastify/swagger';
import type { FastifyContextConfig } from 'fastify';
import { createJsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { REFUSALS, type RefusalCode } from '../control/refusal.ts';
import { rolesWith } from '../domain/governance/role.ts';
import { PROBLEM_TYPE } from './problem.ts';
import { refusalsOf } from './routeConfig.ts';
import { problemSchema } from './schemas/problem.ts';

const toJsonSchema = createJsonSchemaTransform({ skipList: [] });
type Schema = Parameters<typeof toJsonSchema>[0]['schema'];
type Responses = Readonly<Record<string, unknown>>;

/** Adds what no route has to say itself: who may ask, the headers it looks at, and the problems it may answer with. */
export const describedRoute: SwaggerTransform = (document) => {
  const schema: Schema | undefined = document.schema;
  if (schema === undefined || schema.hide === true) return { schema: { hide: true } as Schema, url: document.url };
  const config = document.route.config ?? {};
  const problems = document.url.startsWith('/ofrep/') ? {} : problemsOf(config, schema);
  const described = {
    ...schema,
    ...headersOf(config),
    ...accessOf(config),
    response: { ...answersOf(Object(schema.response)), ...problems },
  };
  // Swagger's own members (`security`, `hide`) are not in Fastify's type of a schema.
  return toJsonSchema({ ...document, schema: described as Schema });
};

function accessOf({ right, takesStreamKey }: FastifyContextConfig) {
  if (right === undefined) return { security: [] };
  const [bearer, apiKey, streamKey] = [{ bearer: [] }, { apiKey: [] }, { streamKey: [] }];
  const roles = `For the roles ${rolesWith(right).join(', ')}`;
  if (takesStreamKey === true) {
    const description = `${roles}; with \`events=rollouts\` for ${rolesWith('view').join(', ')}.`;
    return { description, security: [bearer, apiKey, streamKey] };
  }
  return { description: `${roles}.`, security: right === 'lookup' ? [bearer, apiKey] : [bearer] };
}

function headersOf({ ifMatch, creates, heeds }: FastifyContextConfig) {
  if (heeds !== undefined) {
    const heeded = Object.entries(heeds).map(([name, use]) => [name, z.string().describe(use).optional()]);
    return { headers: z.object(Object.fromEntries(heeded)) };
  }
  const version = z.string().describe('the version that was seen, as in "3"');
  const key = z.string().describe('makes a repeated request harmless, for 24 hours');
  if (ifMatch === 'required') return { headers: z.object({ 'If-Match': version }) };
  if (ifMatch === 'optional') return { headers: z.object({ 'If-Match': version.optional() }) };
  return creates === undefined ? {} : { headers: z.object({ 'Idempotency-Key': key.optional() }) };
}

const ANSWERS: Responses = {
  201: 'Created; `Location` says where it lies.',
  202: 'Noted; it takes somebody else too.',
};

/** Answers that say nothing of themselves get a word; those without a body have theirs. */
function answersOf(responses: Responses): Responses {
  const described = Object.entries(responses).map(([status, schema]) => {
    if (!(schema instanceof z.ZodType) || schema.description !== undefined) return [status, schema];
    const description = ANSWERS[status] ?? (Number(status) < 400 ? 'OK' : 'Refused.');
    return [status, { description, content: { 'application/json': { schema } } }];
  });
  return Object.fromEntries(described);
}

function problemsOf(config: FastifyContextConfig, schema: Schema): Responses {
  const body = schema.body !== undefined;
  const input = body || schema.params !== undefined || schema.querystring !== undefined;
  const codes = refusalsOf(config, { body, input });
  const byStatus = Object.entries(Object.groupBy(codes, (code) => REFUSALS[code].status));
  return Object.fromEntries(byStatus.map(([status, refused = []]) => [status, problem(refused)]));
}

const problem = (codes: readonly RefusalCode[]) => ({
  description: codes.map((code) => `\`${code}\`: ${REFUSALS[code].title}`).join('. '),
  content: { [PROBLEM_TYPE]: { schema: problemSchema } },
});

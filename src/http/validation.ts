import type { FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';
import { Refusal } from '../control/refusal.ts';
import { parseInput } from '../domain/contract/parseInput.ts';

/** Where in the request a schema looks, in words. */
const PARTS: Readonly<Record<string, string>> = {
  body: 'body',
  params: 'path',
  querystring: 'query',
  headers: 'headers',
};

/** Bodies that the desk behind the route judges as they were sent: their schema is there to be read by people. */
const judgedByDesks = new WeakSet<z.ZodType>();

export function judgedByDesk<S extends z.ZodType>(schema: S): S {
  judgedByDesks.add(schema);
  return schema;
}

/** Reads a part of the request by its schema; all mistakes of that part at once. A body that was not sent is null. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  if (judgedByDesks.has(schema)) return (input: unknown) => ({ value: input });
  const part = PARTS[httpPart ?? 'body'] ?? 'request';
  return (input: unknown) => {
    const parsed = parseInput(schema, input);
    if (parsed.ok) return { value: parsed.value };
    const { violations } = parsed;
    return { error: new Refusal('SCHEMA', `the ${part} has ${violations.length} mistakes`, { violations }) };
  };
};

/** Answers are made by typed views: a second look at run time could only turn a good answer into a fault. */
export const serializerCompiler = () => (answer: unknown) => JSON.stringify(answer);

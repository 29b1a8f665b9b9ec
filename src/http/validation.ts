import type { FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';
import { parseInput } from '../domain/contract/parseInput.ts';
import { Refusal } from '../control/refusal.ts';

/** Where in the request a schema looks, in words. */
const PARTS: Readonly<Record<string, string>> = { body: 'body', params: 'path', querystring: 'query', headers: 'headers' };

/** Reads a part of the request by its schema; all mistakes of that part at once. A body that was not sent is null. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  const part = PARTS[httpPart ?? 'body'] ?? 'request';
  return (input: unknown) => {
    const parsed = parseInput(schema, input);
    if (parsed.ok) return { value: parsed.value };
    const { violations } = parsed;
    return { error: new Refusal('SCHEMA', `the ${part} has ${violations.length} mistakes`, { violations }) };
  };
};

/** For routes whose body the desk behind them judges as it was sent: the schema is there to be read by people. */
export const bodyJudgedInside: FastifySchemaCompiler<z.ZodType> = (route) =>
  route.httpPart === 'body' ? (input: unknown) => ({ value: input }) : validatorCompiler(route);

/** Answers are made by typed views: a second look at run time could only turn a good answer into a fault. */
export const serializerCompiler = () => (answer: unknown) => JSON.stringify(answer);

import { z } from 'zod';
import { bulkAnswer, lookupAnswer, lookupBody, lookupFailure } from '../schemas/ofrep.ts';

/** What the OpenAPI document says of lookups. Nothing is validated by it: the handlers read what they need by hand. */
const tags = ['lookups'];

const failures = { 400: lookupFailure, 401: lookupFailure, 403: lookupFailure, 429: lookupFailure, 500: lookupFailure };

/** What an event stream told, repeated by whoever looks again because of it: taken whatever it holds. */
const querystring = z.object({ flagConfigEtag: z.string().optional(), flagConfigLastModified: z.string().optional() });

export const singleSchema = {
  operationId: 'lookUp',
  summary: 'Look up one flag (OFREP 0.3)',
  tags,
  params: z.object({ key: z.string() }),
  querystring,
  body: lookupBody,
  response: { 200: lookupAnswer, ...failures, 404: lookupFailure },
};

export const bulkSchema = {
  operationId: 'lookUpAll',
  summary: 'Look up all flags (OFREP 0.3)',
  tags,
  headers: z.object({ 'If-None-Match': z.string().optional() }),
  querystring,
  body: lookupBody,
  response: {
    200: bulkAnswer,
    304: z.null().describe('Nothing has changed since the answer with this ETag.'),
    ...failures,
  },
};

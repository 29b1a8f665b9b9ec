import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { LedgerExport } from '../../control/application.ts';
import { featureInReach, installationInReach } from '../reach.ts';
import { featurePath } from '../schemas/parameters.ts';
import { jsonLinesOf, markdownOf } from '../views/ledgerText.ts';
import type { RouteDeps, Scope } from './scope.ts';

const tags = ['records'];

const FORMATS = {
  jsonl: { type: 'application/jsonl', textOf: jsonLinesOf },
  md: { type: 'text/markdown; charset=utf-8', textOf: markdownOf },
} as const;
type Format = keyof typeof FORMATS;

const querystring = z.strictObject({ format: z.enum(['jsonl', 'md']).default('jsonl') });

const response = {
  200: {
    description: 'The chain from its first entry to its last: to be checked by `sluice verify`, or to be read.',
    content: { 'application/jsonl': { schema: z.string() }, 'text/markdown': { schema: z.string() } },
  },
};

export function ledgerExportRoutes(scope: Scope, { application }: RouteDeps): void {
  scope.get(
    '/features/:key/ledger/export',
    {
      schema: {
        operationId: 'exportFeatureLedger',
        summary: 'The whole chain of a feature, archived ones too',
        tags,
        params: featurePath,
        querystring,
        response,
      },
      config: { right: 'audit', refusals: ['NOT_FOUND'] },
      preHandler: featureInReach,
    },
    async (request, reply) => send(reply, await application.ledger.ofFeature(request.params.key), request.query.format),
  );
  scope.get(
    '/ledger/export',
    {
      schema: {
        operationId: 'exportInstallationLedger',
        summary: 'The whole chain of the installation: its stop, its policy',
        tags,
        querystring,
        response,
      },
      config: { right: 'audit' },
      preHandler: installationInReach,
    },
    async (request, reply) => send(reply, await application.ledger.ofInstallation(), request.query.format),
  );
}

/** Piece by piece, as fast as it is taken. What breaks on the way breaks the connection, and the header tells what is missing. */
function send(reply: FastifyReply, told: LedgerExport, format: Format): FastifyReply {
  const { type, textOf } = FORMATS[format];
  return reply
    .type(type)
    .header('content-disposition', `attachment; filename="ledger-${told.header.chain}.${format}"`)
    .send(ReadableStream.from(textOf(told)));
}

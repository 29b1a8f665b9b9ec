import { z } from 'zod';
import { callerOf } from '../auth.ts';
import { pageOf, pageQuery, slice } from '../page.ts';
import { listOf, nothing } from '../schemas/list.ts';
import { idPath } from '../schemas/parameters.ts';
import { issuedTokenSchema, newTokenBody, tokenSchema } from '../schemas/token.ts';
import { issuedTokenView, tokenView } from '../views/tokenView.ts';
import type { RouteDeps, Scope } from './scope.ts';

const tags = ['tokens'];

export function tokenRoutes(scope: Scope, deps: RouteDeps): void {
  issue(scope, deps);
  list(scope, deps);
  revoke(scope, deps);
}

function issue(scope: Scope, { application, creation }: RouteDeps): void {
  scope.post(
    '/tokens',
    {
      schema: {
        operationId: 'issueToken',
        summary: 'Issue a token; it is shown this once',
        tags,
        body: newTokenBody,
        response: { 201: issuedTokenSchema },
      },
      config: { right: 'administer', creates: true },
    },
    (request, reply) =>
      creation.once(request, reply, async () => {
        const { subject, roles, features = null, expiresAt } = request.body;
        const wish = { subject, roles, features, expiresAtMs: expiresAt === undefined ? null : Date.parse(expiresAt) };
        const resource = issuedTokenView(await application.tokens.issue(callerOf(request), wish));
        return { resource, location: `/v1/tokens/${resource.id}` };
      }),
  );
}

function list(scope: Scope, { application }: RouteDeps): void {
  scope.get(
    '/tokens',
    {
      schema: {
        operationId: 'listTokens',
        summary: 'The tokens that stand, without the tokens themselves',
        tags,
        querystring: z.strictObject(pageQuery('tokens')),
        response: { 200: listOf(tokenSchema) },
      },
      config: { right: 'administer' },
    },
    async (request) => {
      const found = slice(await application.tokens.list(), request.query, ({ id }) => id);
      return pageOf('tokens', found, request.query, { positionOf: ({ id }) => id, show: tokenView });
    },
  );
}

function revoke(scope: Scope, { application }: RouteDeps): void {
  scope.delete(
    '/tokens/:id',
    {
      schema: {
        operationId: 'revokeToken',
        summary: 'Revoke a token',
        tags,
        params: idPath,
        response: { 204: nothing },
      },
      config: { right: 'administer', refusals: ['NOT_FOUND'] },
    },
    async (request, reply) => {
      await application.tokens.revoke(callerOf(request), request.params.id);
      return reply.code(204).send(null);
    },
  );
}

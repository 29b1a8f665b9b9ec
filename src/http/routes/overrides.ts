import { z } from 'zod';
import { thresholdOf } from '../../domain/feature/threshold.ts';
import { callerOf } from '../auth.ts';
import { CLOSING } from '../closing.ts';
import { pageOf, pageQuery, slice } from '../page.ts';
import { featureInReach } from '../reach.ts';
import { listOf, nothing } from '../schemas/list.ts';
import { newOverrideBody, overridePath, overrideSchema } from '../schemas/override.ts';
import { featurePath, optionalReasonBody } from '../schemas/parameters.ts';
import { overrideView } from '../views/overrideView.ts';
import type { RouteDeps, Scope } from './scope.ts';

const tags = ['overrides'];
const path = '/features/:key/overrides/:workspaceId';

export function overrideRoutes(scope: Scope, deps: RouteDeps): void {
  scope.addHook('preHandler', featureInReach);
  list(scope, deps);
  get(scope, deps);
  put(scope, deps);
  remove(scope, deps);
}

function list(scope: Scope, { application }: RouteDeps): void {
  scope.get(
    '/features/:key/overrides',
    {
      schema: {
        operationId: 'listOverrides',
        summary: 'The workspaces with a percentage of their own',
        tags,
        params: featurePath,
        querystring: z.strictObject(pageQuery('overrides')),
        response: { 200: listOf(overrideSchema) },
      },
      config: { right: 'view', refusals: ['NOT_FOUND'] },
    },
    async (request) => {
      const all = await application.overrides.list(request.params.key);
      const found = slice(all, request.query, ({ workspaceId }) => workspaceId);
      const page = { positionOf: ({ workspaceId }: (typeof all)[number]) => workspaceId, show: overrideView };
      return pageOf('overrides', found, request.query, page);
    },
  );
}

function get(scope: Scope, { application }: RouteDeps): void {
  scope.get(
    path,
    {
      schema: {
        operationId: 'getOverride',
        summary: 'The percentage of one workspace',
        tags,
        params: overridePath,
        response: { 200: overrideSchema },
      },
      config: { right: 'view', refusals: ['NOT_FOUND'] },
    },
    async ({ params }) => overrideView(await application.overrides.get(params.key, params.workspaceId)),
  );
}

function put(scope: Scope, { application }: RouteDeps): void {
  scope.put(
    path,
    {
      schema: {
        operationId: 'setOverride',
        summary: 'Bound a workspace, at once; let more of it in with 202, until an approver asks for the same',
        tags,
        params: overridePath,
        body: newOverrideBody,
        response: { 200: overrideSchema, 202: overrideSchema },
      },
      config: { ...CLOSING, right: 'twoPerson', refusals: ['NOT_FOUND', 'CONFLICT', 'ABOVE_BLAST_RADIUS', 'HELD'] },
    },
    async (request, reply) => {
      const { key, workspaceId } = request.params;
      const { percentage, reason, expiresAt } = request.body;
      const expiresAtMs = expiresAt === undefined ? null : Date.parse(expiresAt);
      const wish = { threshold: thresholdOf(percentage), expiresAtMs, comment: reason };
      const { outcome, override } = await application.overrides.set(callerOf(request), key, workspaceId, wish);
      return reply.code(outcome === 'waiting' ? 202 : 200).send(overrideView(override));
    },
  );
}

function remove(scope: Scope, { application }: RouteDeps): void {
  scope.delete(
    path,
    {
      schema: {
        operationId: 'removeOverride',
        summary: 'Take back what raised a workspace, at once; lift a cap with 202, until an approver asks too',
        tags,
        params: overridePath,
        body: optionalReasonBody,
        response: { 202: overrideSchema, 204: nothing },
      },
      config: { ...CLOSING, right: 'twoPerson', refusals: ['NOT_FOUND', 'CONFLICT', 'HELD'] },
    },
    async (request, reply) => {
      const { key, workspaceId } = request.params;
      const { outcome, override } = await application.overrides.remove(
        callerOf(request),
        key,
        workspaceId,
        request.body,
      );
      if (outcome === 'waiting') return reply.code(202).send(overrideView(override));
      return reply.code(204).send(null);
    },
  );
}

import { z } from 'zod';
import { mayTouch } from '../../domain/governance/role.ts';
import { callerOf } from '../auth.ts';
import { optionalVersion } from '../ifMatch.ts';
import { askFor, pageOf, pageQuery } from '../page.ts';
import { featureInReach } from '../reach.ts';
import { featurePatchBody, featureSchema, newFeatureBody } from '../schemas/feature.ts';
import { listOf, nothing } from '../schemas/list.ts';
import { featurePath, flagQuery } from '../schemas/parameters.ts';
import { versioned } from '../versioned.ts';
import { featureView } from '../views/featureView.ts';
import type { RouteDeps, Scope } from './scope.ts';

const tags = ['features'];

export function featureRoutes(scope: Scope, deps: RouteDeps): void {
  scope.addHook('preHandler', featureInReach);
  create(scope, deps);
  list(scope, deps);
  get(scope, deps);
  patch(scope, deps);
  archive(scope, deps);
}

function create(scope: Scope, { application, creation }: RouteDeps): void {
  scope.post(
    '/features',
    {
      schema: {
        operationId: 'createFeature',
        summary: 'Create a feature, closed',
        tags,
        body: newFeatureBody,
        response: { 201: featureSchema },
      },
      config: { right: 'operate', creates: true, refusals: ['FEATURE_EXISTS'] },
    },
    (request, reply) =>
      creation.once(request, reply, async () => {
        const resource = featureView(await application.features.create(callerOf(request), request.body));
        return { resource, location: `/v1/features/${resource.key}` };
      }),
  );
}

function list(scope: Scope, { application }: RouteDeps): void {
  const querystring = z.strictObject({
    ...pageQuery('features'),
    owner: z.string().max(1000).optional(),
    archived: flagQuery.optional(),
  });
  scope.get(
    '/features',
    {
      schema: {
        operationId: 'listFeatures',
        summary: 'The features, by key',
        tags,
        querystring,
        response: { 200: listOf(featureSchema) },
      },
      config: { right: 'view' },
    },
    async (request) => {
      const { owner, archived } = request.query;
      const filter = { ...(owner === undefined ? {} : { owner }), ...(archived === undefined ? {} : { archived }) };
      return pageOf('features', await application.features.list(filter, askFor(request.query)), request.query, {
        positionOf: ({ definition }) => definition.key,
        show: (record) => (mayTouch(callerOf(request), record.definition.key) ? featureView(record) : null),
      });
    },
  );
}

function get(scope: Scope, { application }: RouteDeps): void {
  scope.get(
    '/features/:key',
    {
      schema: {
        operationId: 'getFeature',
        summary: 'One feature',
        tags,
        params: featurePath,
        response: { 200: featureSchema },
      },
      config: { right: 'view', refusals: ['NOT_FOUND'] },
    },
    async (request, reply) => versioned(reply, featureView(await application.features.get(request.params.key))),
  );
}

function patch(scope: Scope, { application }: RouteDeps): void {
  scope.patch(
    '/features/:key',
    {
      schema: {
        operationId: 'patchFeature',
        summary: 'Change what a feature is, never whom it lets in',
        tags,
        params: featurePath,
        body: featurePatchBody,
        response: { 200: featureSchema },
      },
      config: {
        right: 'operate',
        ifMatch: 'optional',
        refusals: ['NOT_FOUND', 'WOULD_RAISE_EXPOSURE', 'VERSION_STALE', 'CONFLICT'],
      },
    },
    async (request, reply) => {
      const version = optionalVersion(request);
      const { key } = request.params;
      return versioned(
        reply,
        featureView(await application.features.patch(callerOf(request), key, request.body, version)),
      );
    },
  );
}

function archive(scope: Scope, { application }: RouteDeps): void {
  scope.delete(
    '/features/:key',
    {
      schema: {
        operationId: 'archiveFeature',
        summary: 'Archive a feature',
        tags,
        params: featurePath,
        response: { 204: nothing },
      },
      config: { right: 'operate', refusals: ['NOT_FOUND', 'FEATURE_IN_USE', 'CONFLICT'] },
    },
    async (request, reply) => {
      await application.features.archive(callerOf(request), request.params.key);
      return reply.code(204).send(null);
    },
  );
}

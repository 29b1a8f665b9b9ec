import { z } from 'zod';
import { callerOf } from '../auth.ts';
import { askFor, pageOf, pageQuery } from '../page.ts';
import { featureInReach, rolloutInReach } from '../reach.ts';
import { listOf } from '../schemas/list.ts';
import { completionSchema, customerSchema, founderSchema } from '../schemas/projection.ts';
import type { RouteDeps, Scope } from './scope.ts';

const tags = ['projections'];
const rolloutPath = z.object({ rolloutId: z.string() });
const capabilityPath = z.object({ feature: z.string() });

export function projectionRoutes(scope: Scope, deps: RouteDeps): void {
  scope.addHook('preHandler', rolloutInReach(deps.application));
  scope.addHook('preHandler', featureInReach);
  founder(scope, deps);
  completion(scope, deps);
  customers(scope, deps);
  customer(scope, deps);
}

function founder(scope: Scope, { application }: RouteDeps): void {
  scope.get(
    '/projections/founder/:rolloutId',
    {
      schema: {
        operationId: 'getFounderProjection',
        summary: 'A rollout with its whole lineage, from the issue to what came of it',
        tags,
        params: rolloutPath,
        response: { 200: founderSchema },
      },
      config: { right: 'founderView', refusals: ['NOT_FOUND'] },
    },
    async (request) => application.projections.founder(request.params.rolloutId),
  );
}

function completion(scope: Scope, { application }: RouteDeps): void {
  scope.get(
    '/projections/completion/:rolloutId',
    {
      schema: {
        operationId: 'getCompletionReport',
        summary: 'What a completed rollout released; only where its audit says PASS',
        tags,
        params: rolloutPath,
        response: { 200: completionSchema },
      },
      config: { right: 'report', refusals: ['NOT_FOUND', 'COMPLETION_REQUIRES_PASS'] },
    },
    async (request) => application.projections.completion(request.params.rolloutId),
  );
}

function customers(scope: Scope, { application }: RouteDeps): void {
  scope.get(
    '/projections/customer',
    {
      schema: {
        operationId: 'listCustomerProjections',
        summary: 'What customers can have, of all capabilities; past facts only',
        tags,
        querystring: z.strictObject(pageQuery('customer')),
        response: { 200: listOf(customerSchema) },
      },
      config: { right: 'customerView' },
    },
    async (request) => {
      const { features } = callerOf(request);
      const found = await application.projections.customers({ ...askFor(request.query), features });
      return pageOf('customer', found, request.query, {
        positionOf: ({ position }) => position,
        show: ({ view }) => view,
      });
    },
  );
}

function customer(scope: Scope, { application }: RouteDeps): void {
  scope.get(
    '/projections/customer/:feature',
    {
      schema: {
        operationId: 'getCustomerProjection',
        summary: 'What customers can have of one capability; past facts only',
        tags,
        params: capabilityPath,
        response: { 200: customerSchema },
      },
      config: { right: 'customerView', refusals: ['NOT_FOUND'] },
    },
    async (request) => application.projections.customer(request.params.feature),
  );
}

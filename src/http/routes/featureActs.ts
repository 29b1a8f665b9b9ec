import { callerOf } from '../auth.ts';
import { CLOSING } from '../closing.ts';
import { featureInReach } from '../reach.ts';
import { explainBody, explanationSchema, featureSchema, killedSchema } from '../schemas/feature.ts';
import { featurePath, reasonBody } from '../schemas/parameters.ts';
import { versioned } from '../versioned.ts';
import { explanationView } from '../views/explanationView.ts';
import { featureView } from '../views/featureView.ts';
import { killedView } from '../views/killedView.ts';
import type { RouteDeps, Scope } from './scope.ts';

const tags = ['features'];

export function featureActRoutes(scope: Scope, deps: RouteDeps): void {
  scope.addHook('preHandler', featureInReach);
  kill(scope, deps);
  revive(scope, deps);
  explain(scope, deps);
}

function kill(scope: Scope, { application }: RouteDeps): void {
  scope.post(
    '/features/:key/kill',
    {
      schema: {
        operationId: 'killFeature',
        summary: 'Off for everybody, at once',
        tags,
        params: featurePath,
        body: reasonBody,
        response: { 200: killedSchema },
      },
      config: { ...CLOSING, right: 'operate', refusals: ['NOT_FOUND'] },
    },
    async (request) =>
      killedView(await application.closings.kill(callerOf(request), request.params.key, request.body.reason)),
  );
}

function revive(scope: Scope, { application }: RouteDeps): void {
  scope.post(
    '/features/:key/revive',
    {
      schema: {
        operationId: 'reviveFeature',
        summary: 'End a kill; 202 where exposure would come back, until somebody else asks too',
        tags,
        params: featurePath,
        body: reasonBody,
        response: { 200: featureSchema, 202: featureSchema },
      },
      config: { right: 'twoPerson', refusals: ['NOT_FOUND', 'CONFLICT'] },
    },
    async (request, reply) => {
      const { outcome, feature } = await application.features.revive(
        callerOf(request),
        request.params.key,
        request.body.reason,
      );
      reply.code(outcome === 'waiting' ? 202 : 200);
      return versioned(reply, featureView(feature));
    },
  );
}

function explain(scope: Scope, { application }: RouteDeps): void {
  scope.post(
    '/features/:key/explain',
    {
      schema: {
        operationId: 'explainLookup',
        summary: 'How a lookup comes to its answer',
        tags,
        params: featurePath,
        body: explainBody,
        response: { 200: explanationSchema },
      },
      config: { right: 'view', refusals: ['NOT_FOUND'] },
    },
    async (request) => explanationView(await application.features.explain(request.params.key, request.body.context)),
  );
}

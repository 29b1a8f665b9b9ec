import { z } from 'zod';
import { callerOf } from '../auth.ts';
import { NUMBERS, pageOf, pageQuery } from '../page.ts';
import { rolloutInReach } from '../reach.ts';
import { incidentBody, incidentSchema } from '../schemas/incident.ts';
import { listOf } from '../schemas/list.ts';
import { idPath } from '../schemas/parameters.ts';
import { incidentView } from '../views/incidentView.ts';
import type { RouteDeps, Scope } from './scope.ts';

const tags = ['records'];
const LIST = 'incidents';

export function incidentRoutes(scope: Scope, deps: RouteDeps): void {
  scope.addHook('preHandler', rolloutInReach(deps.application));
  link(scope, deps);
  list(scope, deps);
}

/** The reference makes it repeatable by itself: 201 the first time, 200 for whatever is said of it later. */
function link(scope: Scope, { application }: RouteDeps): void {
  scope.post(
    '/rollouts/:id/incidents',
    {
      schema: {
        operationId: 'linkIncident',
        summary: 'Link an incident; the same reference again changes or resolves it',
        tags,
        params: idPath,
        body: incidentBody,
        response: { 200: incidentSchema, 201: incidentSchema },
      },
      config: { right: 'operate', refusals: ['NOT_FOUND', 'CONFLICT'] },
    },
    async (request, reply) => {
      const { id } = request.params;
      const incident = { ...request.body, url: request.body.url ?? null };
      const linked = await application.incidents.link(callerOf(request), id, incident);
      if (linked.outcome === 'linked') reply.code(201).header('location', `/v1/rollouts/${id}/incidents`);
      return incidentView(linked.incident);
    },
  );
}

function list(scope: Scope, { application }: RouteDeps): void {
  scope.get(
    '/rollouts/:id/incidents',
    {
      schema: {
        operationId: 'listIncidents',
        summary: 'The incidents linked to a rollout, in the order in which they were linked',
        tags,
        params: idPath,
        querystring: z.strictObject(pageQuery(LIST, NUMBERS)),
        response: { 200: listOf(incidentSchema) },
      },
      config: { right: 'view', refusals: ['NOT_FOUND'] },
    },
    async (request) => {
      const { cursor, limit } = request.query;
      const all = await application.incidents.list(request.params.id);
      const found = all.filter(({ seq }) => seq > Number(cursor ?? 0)).slice(0, limit + 1);
      return pageOf(LIST, found, request.query, { positionOf: ({ seq }) => seq, show: incidentView });
    },
  );
}

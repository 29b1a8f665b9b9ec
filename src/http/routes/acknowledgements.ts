import { z } from 'zod';
import type { MemberStanding } from '../../control/governanceDesks.ts';
import { sha256Hex } from '../../domain/ledger/digest.ts';
import { callerOf } from '../auth.ts';
import { pageOf, pageQuery, slice } from '../page.ts';
import { rolloutInReach } from '../reach.ts';
import { acknowledgementBody, memberStandingSchema } from '../schemas/acknowledgement.ts';
import { listOf, nothing } from '../schemas/list.ts';
import { idPath } from '../schemas/parameters.ts';
import { memberStandingView } from '../views/memberStandingView.ts';
import type { RouteDeps, Scope } from './scope.ts';

const tags = ['lookups'];
const LIST = 'acknowledgements';

export function acknowledgementRoutes(scope: Scope, deps: RouteDeps): void {
  acknowledge(scope, deps);
  list(scope, deps);
}

function acknowledge(scope: Scope, { application }: RouteDeps): void {
  scope.post(
    '/acknowledgements',
    {
      schema: {
        operationId: 'acknowledge',
        summary: 'A provider says which versions of the flag documents it serves',
        tags,
        body: acknowledgementBody,
        response: { 204: nothing },
      },
      config: { right: 'lookup' },
    },
    async (request, reply) => {
      await application.acknowledgements.acknowledge(callerOf(request), request.body);
      return reply.code(204).send(null);
    },
  );
}

function list(scope: Scope, { application }: RouteDeps): void {
  scope.get(
    '/rollouts/:id/acknowledgements',
    {
      preHandler: rolloutInReach(application),
      schema: {
        operationId: 'listAcknowledgements',
        summary: 'Who serves the feature of a rollout, and which version of it',
        tags: ['records'],
        params: idPath,
        querystring: z.strictObject(pageQuery(LIST)),
        response: { 200: listOf(memberStandingSchema) },
      },
      config: { right: 'view', refusals: ['NOT_FOUND'] },
    },
    async (request) => {
      const all = await application.acknowledgements.ofRollout(request.params.id);
      const found = slice(all, request.query, positionOf);
      return pageOf(LIST, found, request.query, { positionOf, show: memberStandingView });
    },
  );
}

/** Replicas first. By digest, since a name may hold what a cursor can't. */
const positionOf = ({ kind, member }: MemberStanding) => `${kind === 'replica' ? 0 : 1}${sha256Hex(member)}`;

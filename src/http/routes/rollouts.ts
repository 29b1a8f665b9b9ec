import { z } from 'zod';
import type { RolloutFilter } from '../../control/ports/rolloutRegister.ts';
import { featureKeySchema } from '../../domain/feature/featureSchema.ts';
import { mayTouch } from '../../domain/governance/role.ts';
import { WEDGE_STATES } from '../../domain/rollout/state.ts';
import { callerOf } from '../auth.ts';
import { askFor, pageOf, pageQuery } from '../page.ts';
import { rolloutInReach } from '../reach.ts';
import { listOf } from '../schemas/list.ts';
import { flagQuery, idPath } from '../schemas/parameters.ts';
import { newRolloutBody, rolloutSchema } from '../schemas/rollout.ts';
import { rolloutStatusSchema } from '../schemas/rolloutStatus.ts';
import { versioned } from '../versioned.ts';
import { rolloutView } from '../views/rolloutView.ts';
import { statusView } from '../views/statusView.ts';
import type { RouteDeps, Scope } from './scope.ts';

const tags = ['rollouts'];

const listQuery = z.strictObject({
  ...pageQuery('rollouts'),
  feature: featureKeySchema.optional(),
  wedgeState: z.enum(WEDGE_STATES).optional(),
  dryRun: flagQuery.optional(),
});

export function rolloutRoutes(scope: Scope, deps: RouteDeps): void {
  scope.addHook('preHandler', rolloutInReach(deps.application));
  create(scope, deps);
  list(scope, deps);
  get(scope, deps);
  status(scope, deps);
}

function create(scope: Scope, { application, creation }: RouteDeps): void {
  scope.post(
    '/rollouts',
    {
      schema: {
        operationId: 'createRollout',
        summary: 'Make a rollout of an approved contract',
        tags,
        body: newRolloutBody,
        response: { 201: rolloutSchema },
      },
      config: {
        right: 'operate',
        creates: true,
        refusals: ['NOT_FOUND', 'CONTRACT_NOT_APPROVED', 'CONTRACT_USED', 'CONFLICT'],
      },
    },
    (request, reply) =>
      creation.once(request, reply, async () => {
        const { contractId, dryRun, startAt } = request.body;
        const wish = { contractId, dryRun, startAtMs: startAt === undefined ? null : Date.parse(startAt) };
        const resource = rolloutView(await application.rollouts.create(callerOf(request), wish));
        return { resource, location: `/v1/rollouts/${resource.id}` };
      }),
  );
}

function list(scope: Scope, { application }: RouteDeps): void {
  scope.get(
    '/rollouts',
    {
      schema: {
        operationId: 'listRollouts',
        summary: 'The rollouts, newest first',
        tags,
        querystring: listQuery,
        response: { 200: listOf(rolloutSchema) },
      },
      config: { right: 'view' },
    },
    async (request) =>
      pageOf(
        'rollouts',
        await application.rollouts.list(filterOf(request.query), askFor(request.query)),
        request.query,
        {
          positionOf: ({ state }) => state.id,
          show: (record) => (mayTouch(callerOf(request), record.state.feature) ? rolloutView(record) : null),
        },
      ),
  );
}

function filterOf({ feature, wedgeState, dryRun }: z.infer<typeof listQuery>): RolloutFilter {
  return {
    ...(feature === undefined ? {} : { feature }),
    ...(wedgeState === undefined ? {} : { wedgeState }),
    ...(dryRun === undefined ? {} : { dryRun }),
  };
}

function get(scope: Scope, { application }: RouteDeps): void {
  scope.get(
    '/rollouts/:id',
    {
      schema: {
        operationId: 'getRollout',
        summary: 'One rollout',
        tags,
        params: idPath,
        response: { 200: rolloutSchema },
      },
      config: { right: 'view', refusals: ['NOT_FOUND'] },
    },
    async (request, reply) => versioned(reply, rolloutView(await application.rollouts.get(request.params.id))),
  );
}

function status(scope: Scope, { application }: RouteDeps): void {
  scope.get(
    '/rollouts/:id/status',
    {
      schema: {
        operationId: 'getRolloutStatus',
        summary: 'Where it stands, and why it is not advancing',
        tags,
        params: idPath,
        response: { 200: rolloutStatusSchema },
      },
      config: { right: 'view', refusals: ['NOT_FOUND'] },
    },
    async (request, reply) => versioned(reply, statusView(await application.rollouts.status(request.params.id))),
  );
}

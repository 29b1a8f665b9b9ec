import { z } from 'zod';
import type { WaiverFilter } from '../../control/ports/waiverRegister.ts';
import { featureKeySchema } from '../../domain/feature/featureSchema.ts';
import { mayTouch } from '../../domain/governance/role.ts';
import { WAIVER_STANDINGS } from '../../domain/governance/waiverState.ts';
import { callerOf } from '../auth.ts';
import { askFor, pageOf, pageQuery } from '../page.ts';
import { waiverInReach } from '../reach.ts';
import { listOf } from '../schemas/list.ts';
import { idPath } from '../schemas/parameters.ts';
import { waiverBody, waiverSchema, waiverWordBody } from '../schemas/waiver.ts';
import { versioned } from '../versioned.ts';
import { waiverView } from '../views/waiverView.ts';
import type { RouteDeps, Scope } from './scope.ts';

const tags = ['waivers'];

const listQuery = z.strictObject({
  ...pageQuery('waivers'),
  feature: featureKeySchema.optional(),
  state: z.enum(WAIVER_STANDINGS).optional(),
});

export function waiverRoutes(scope: Scope, deps: RouteDeps): void {
  scope.addHook('preHandler', waiverInReach(deps.application));
  request(scope, deps);
  list(scope, deps);
  get(scope, deps);
  decide(scope, deps);
}

function request(scope: Scope, { application, creation }: RouteDeps): void {
  scope.post(
    '/waivers',
    {
      schema: {
        operationId: 'requestWaiver',
        summary: 'Ask for leave to break rules with one plan, before it is proposed',
        tags,
        body: waiverBody,
        response: { 201: waiverSchema },
      },
      config: { right: 'operate', creates: true, refusals: ['WAIVER_INVALID', 'POLICY_REPLACED'] },
    },
    (asked, reply) =>
      creation.once(asked, reply, async () => {
        const resource = waiverView(await application.waivers.request(callerOf(asked), asked.body));
        return { resource, location: `/v1/waivers/${resource.id}` };
      }),
  );
}

function list(scope: Scope, { application }: RouteDeps): void {
  scope.get(
    '/waivers',
    {
      schema: {
        operationId: 'listWaivers',
        summary: 'The waivers, newest first',
        tags,
        querystring: listQuery,
        response: { 200: listOf(waiverSchema) },
      },
      config: { right: 'view' },
    },
    async (asked) => {
      const found = await application.waivers.list(filterOf(asked.query), askFor(asked.query));
      return pageOf('waivers', found, asked.query, {
        positionOf: ({ state }) => state.waiverId,
        show: (record) => (mayTouch(callerOf(asked), record.state.feature) ? waiverView(record) : null),
      });
    },
  );
}

function filterOf({ feature, state }: z.infer<typeof listQuery>): WaiverFilter {
  return { ...(feature === undefined ? {} : { feature }), ...(state === undefined ? {} : { standing: state }) };
}

function get(scope: Scope, { application }: RouteDeps): void {
  scope.get(
    '/waivers/:id',
    {
      schema: {
        operationId: 'getWaiver',
        summary: 'One waiver',
        tags,
        params: idPath,
        response: { 200: waiverSchema },
      },
      config: { right: 'view', refusals: ['NOT_FOUND'] },
    },
    async (asked, reply) => versioned(reply, waiverView(await application.waivers.get(asked.params.id))),
  );
}

function decide(scope: Scope, { application }: RouteDeps): void {
  scope.post(
    '/waivers/:id/approvals',
    {
      schema: {
        operationId: 'decideWaiver',
        summary: 'Approve or reject a waiver; it takes two people, neither the one who asked',
        tags,
        params: idPath,
        body: waiverWordBody,
        response: { 200: waiverSchema },
      },
      config: { right: 'approve', refusals: ['NOT_FOUND', 'FOUR_EYES', 'WAIVER_NOT_OPEN', 'CONFLICT'] },
    },
    async (asked, reply) => {
      const { decision, comment = null } = asked.body;
      const word = { decision, comment };
      return versioned(reply, waiverView(await application.waivers.decide(callerOf(asked), asked.params.id, word)));
    },
  );
}

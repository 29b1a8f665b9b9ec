import { z } from 'zod';
import { featureKeySchema } from '../../domain/feature/featureSchema.ts';
import { mayTouch } from '../../domain/governance/role.ts';
import { callerOf } from '../auth.ts';
import { askFor, pageOf, pageQuery } from '../page.ts';
import { contractInReach } from '../reach.ts';
import { contractApprovalBody, contractSchema, judgementSchema, proposalBody } from '../schemas/contract.ts';
import { listOf } from '../schemas/list.ts';
import { idPath } from '../schemas/parameters.ts';
import { expectationQuery, planPowerSchema } from '../schemas/power.ts';
import { versioned } from '../versioned.ts';
import { contractView } from '../views/contractView.ts';
import { stagePowerView } from '../views/powerView.ts';
import type { RouteDeps, Scope } from './scope.ts';

const tags = ['contracts'];

export function contractRoutes(scope: Scope, deps: RouteDeps): void {
  scope.addHook('preHandler', contractInReach(deps.application));
  propose(scope, deps);
  validate(scope, deps);
  list(scope, deps);
  get(scope, deps);
  power(scope, deps);
  approve(scope, deps);
}

function propose(scope: Scope, { application, creation }: RouteDeps): void {
  scope.post(
    '/contracts',
    {
      schema: {
        operationId: 'proposeContract',
        summary: 'Propose a contract',
        tags,
        body: proposalBody,
        response: { 201: contractSchema },
      },
      config: {
        right: 'operate',
        creates: true,
        refusals: ['CONTRACT_INVALID', 'NOT_FOUND', 'CONFLICT', 'POLICY_REPLACED'],
      },
    },
    (request, reply) =>
      creation.once(request, reply, async () => {
        const resource = contractView(await application.contracts.propose(callerOf(request), request.body));
        return { resource, location: `/v1/contracts/${resource.id}` };
      }),
  );
}

function validate(scope: Scope, { application }: RouteDeps): void {
  scope.post(
    '/contracts/validate',
    {
      schema: {
        operationId: 'validateContract',
        summary: 'Judge a contract without storing it',
        tags,
        querystring: expectationQuery,
        body: proposalBody,
        response: { 200: judgementSchema },
      },
      config: { right: 'operate', refusals: ['NOT_FOUND', 'POLICY_REPLACED'] },
    },
    async (request) => {
      const expected = expectationOf(request.query);
      const { planDigest, violations, warnings, power } = await application.contracts.validate(request.body, expected);
      return {
        planDigest,
        violations: [...violations],
        warnings: [...warnings],
        power: power?.map(stagePowerView) ?? null,
      };
    },
  );
}

function list(scope: Scope, { application }: RouteDeps): void {
  const querystring = z.strictObject({ ...pageQuery('contracts'), feature: featureKeySchema.optional() });
  scope.get(
    '/contracts',
    {
      schema: {
        operationId: 'listContracts',
        summary: 'The contracts, newest first',
        tags,
        querystring,
        response: { 200: listOf(contractSchema) },
      },
      config: { right: 'view' },
    },
    async (request) => {
      const { feature } = request.query;
      const found = await application.contracts.list(feature === undefined ? {} : { feature }, askFor(request.query));
      return pageOf('contracts', found, request.query, {
        positionOf: ({ state }) => state.contract.id,
        show: (record) => (mayTouch(callerOf(request), record.state.contract.feature) ? contractView(record) : null),
      });
    },
  );
}

function get(scope: Scope, { application }: RouteDeps): void {
  scope.get(
    '/contracts/:id',
    {
      schema: {
        operationId: 'getContract',
        summary: 'One contract',
        tags,
        params: idPath,
        response: { 200: contractSchema },
      },
      config: { right: 'view', refusals: ['NOT_FOUND'] },
    },
    async (request, reply) => versioned(reply, contractView(await application.contracts.get(request.params.id))),
  );
}

function power(scope: Scope, { application }: RouteDeps): void {
  scope.get(
    '/contracts/:id/power',
    {
      schema: {
        operationId: 'getContractPower',
        summary: 'What each stage will be able to notice, and after how long, by the past 24 h of its metrics',
        tags,
        params: idPath,
        querystring: expectationQuery,
        response: { 200: planPowerSchema },
      },
      config: { right: 'view', refusals: ['NOT_FOUND'] },
    },
    async (request) => {
      const foreseen = await application.contracts.power(request.params.id, expectationOf(request.query));
      return { stages: foreseen.power.map(stagePowerView), warnings: [...foreseen.warnings] };
    },
  );
}

const expectationOf = ({ expectedBaseRate }: z.infer<typeof expectationQuery>) => ({
  baseRate: expectedBaseRate ?? null,
});

function approve(scope: Scope, { application }: RouteDeps): void {
  scope.post(
    '/contracts/:id/approvals',
    {
      schema: {
        operationId: 'decideContract',
        summary: 'Approve or reject a contract by the digest of what was read',
        tags,
        params: idPath,
        body: contractApprovalBody,
        response: { 200: contractSchema },
      },
      config: {
        right: 'approve',
        refusals: ['NOT_FOUND', 'FOUR_EYES', 'DIGEST_MISMATCH', 'CONTRACT_NOT_OPEN', 'CONFLICT'],
      },
    },
    async (request, reply) => {
      const { decision, digest, comment = null } = request.body;
      const word = { decision, digest, comment };
      return versioned(
        reply,
        contractView(await application.contracts.decide(callerOf(request), request.params.id, word)),
      );
    },
  );
}

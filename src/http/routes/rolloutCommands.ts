import { callerOf } from '../auth.ts';
import { CLOSING } from '../closing.ts';
import { expectedVersion } from '../ifMatch.ts';
import { rolloutInReach } from '../reach.ts';
import { idPath, optionalReasonBody } from '../schemas/parameters.ts';
import { attestationBody, rollbackBody, stageApprovalBody } from '../schemas/rollout.ts';
import { rolloutStatusSchema } from '../schemas/rolloutStatus.ts';
import { versioned } from '../versioned.ts';
import { statusView } from '../views/statusView.ts';
import type { RouteDeps, Scope } from './scope.ts';

const tags = ['rollouts'];
const response = { 200: rolloutStatusSchema };

const OPENING = {
  start: { operationId: 'startRollout', summary: 'Open the gate' },
  advance: {
    operationId: 'advanceRollout',
    summary: 'On to the next stage; with a reason it may stand in for the stage duration',
  },
  resume: { operationId: 'resumeRollout', summary: 'End a pause' },
} as const;

export function rolloutCommandRoutes(scope: Scope, deps: RouteDeps): void {
  scope.addHook('preHandler', rolloutInReach(deps.application));
  for (const command of ['start', 'advance', 'resume'] as const) open(scope, deps, command);
  pause(scope, deps);
  rollback(scope, deps);
  approve(scope, deps);
  attest(scope, deps);
}

/** Whoever opens says which state they have seen. */
function open(scope: Scope, { application }: RouteDeps, command: keyof typeof OPENING): void {
  scope.post(
    `/rollouts/:id/${command}`,
    {
      schema: { ...OPENING[command], tags, params: idPath, body: optionalReasonBody, response },
      config: {
        right: 'operate',
        ifMatch: 'required',
        refusals: ['NOT_FOUND', 'ILLEGAL_STATE', 'HELD', 'PREFLIGHT_FAILED', 'POLICY_STRICTER', 'POLICY_REPLACED'],
      },
    },
    async (request, reply) => {
      const wish = { expectedVersion: expectedVersion(request), comment: request.body };
      return versioned(
        reply,
        statusView(await application.rollouts[command](callerOf(request), request.params.id, wish)),
      );
    },
  );
}

function pause(scope: Scope, { application }: RouteDeps): void {
  scope.post(
    '/rollouts/:id/pause',
    {
      schema: {
        operationId: 'pauseRollout',
        summary: 'Keep the exposure, stop every opening',
        tags,
        params: idPath,
        body: optionalReasonBody,
        response,
      },
      config: { ...CLOSING, right: 'operate', refusals: ['NOT_FOUND', 'ILLEGAL_STATE'] },
    },
    async (request, reply) =>
      versioned(
        reply,
        statusView(await application.closings.pause(callerOf(request), request.params.id, request.body)),
      ),
  );
}

function rollback(scope: Scope, { application }: RouteDeps): void {
  scope.post(
    '/rollouts/:id/rollback',
    {
      schema: {
        operationId: 'rollBackRollout',
        summary: 'Take the exposure back: at once, or step by step where nothing burns',
        tags,
        params: idPath,
        body: rollbackBody,
        response,
      },
      config: {
        ...CLOSING,
        right: 'operate',
        refusals: ['NOT_FOUND', 'ILLEGAL_STATE'],
      },
    },
    async (request, reply) => {
      const wish = request.body;
      return versioned(
        reply,
        statusView(await application.closings.rollback(callerOf(request), request.params.id, wish)),
      );
    },
  );
}

function approve(scope: Scope, { application }: RouteDeps): void {
  scope.post(
    '/rollouts/:id/approvals',
    {
      schema: {
        operationId: 'decideStage',
        summary: 'Approve or reject a stage; may be given ahead',
        tags,
        params: idPath,
        body: stageApprovalBody,
        response,
      },
      config: {
        right: 'approve',
        ifMatch: 'required',
        refusals: ['NOT_FOUND', 'ILLEGAL_STATE', 'STAGE_UNKNOWN', 'FOUR_EYES'],
      },
    },
    async (request, reply) => {
      const { stageId, decision, comment = null } = request.body;
      const wish = { expectedVersion: expectedVersion(request), stageId, decision, comment };
      return versioned(
        reply,
        statusView(await application.rollouts.approve(callerOf(request), request.params.id, wish)),
      );
    },
  );
}

function attest(scope: Scope, { application }: RouteDeps): void {
  scope.post(
    '/rollouts/:id/attestations',
    {
      schema: {
        operationId: 'attest',
        summary: 'Vouch for what the policy asks for before a start',
        tags,
        params: idPath,
        body: attestationBody,
        response,
      },
      config: {
        right: 'attest',
        refusals: ['NOT_FOUND', 'ILLEGAL_STATE', 'ATTESTATION_UNKNOWN', 'CONFLICT'],
      },
    },
    async (request, reply) => {
      const { name, comment = null } = request.body;
      const word = { name, comment };
      return versioned(
        reply,
        statusView(await application.rollouts.attest(callerOf(request), request.params.id, word)),
      );
    },
  );
}

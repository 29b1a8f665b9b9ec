import { callerOf } from '../auth.ts';
import { rolloutInReach } from '../reach.ts';
import { auditorsVerdictBody, rolloutAuditSchema } from '../schemas/audit.ts';
import { idPath } from '../schemas/parameters.ts';
import { auditView } from '../views/auditView.ts';
import type { RouteDeps, Scope } from './scope.ts';

const tags = ['audit'];
const response = { 200: rolloutAuditSchema };

export function auditRoutes(scope: Scope, deps: RouteDeps): void {
  scope.addHook('preHandler', rolloutInReach(deps.application));
  audit(scope, deps);
  verdict(scope, deps);
}

function audit(scope: Scope, { application }: RouteDeps): void {
  scope.get(
    '/rollouts/:id/audit',
    {
      schema: {
        operationId: 'auditRollout',
        summary: 'Each law held against the chain, with what breaks it, and the verdicts that were recorded',
        tags,
        params: idPath,
        response,
      },
      config: { right: 'view', refusals: ['NOT_FOUND'] },
    },
    async (request) => auditView(await application.audits.of(request.params.id)),
  );
}

function verdict(scope: Scope, { application }: RouteDeps): void {
  scope.post(
    '/rollouts/:id/audit',
    {
      schema: {
        operationId: 'recordVerdict',
        summary:
          "An auditor's verdict on the visit or the rollout, where the contract asks for one; terminal, but that a rollback voids a PASS of the rollout",
        tags,
        params: idPath,
        body: auditorsVerdictBody,
        response,
      },
      config: {
        right: 'audit',
        refusals: ['NOT_FOUND', 'ILLEGAL_STATE', 'AUDIT_NOT_EXTERNAL', 'VERDICT_STANDS', 'FOUR_EYES', 'CONFLICT'],
      },
    },
    async (request) => {
      const { verdict, subject = null, findings, comment = null } = request.body;
      const word = { verdict, subject, findings, comment };
      return auditView(await application.audits.say(callerOf(request), request.params.id, word));
    },
  );
}

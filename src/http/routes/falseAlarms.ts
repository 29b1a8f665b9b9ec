import { callerOf } from '../auth.ts';
import { rolloutInReach } from '../reach.ts';
import { idPath, reasonBody } from '../schemas/parameters.ts';
import { rolloutSchema } from '../schemas/rollout.ts';
import { rolloutView } from '../views/rolloutView.ts';
import type { RouteDeps, Scope } from './scope.ts';

export function falseAlarmRoutes(scope: Scope, { application }: RouteDeps): void {
  scope.addHook('preHandler', rolloutInReach(application));
  scope.post(
    '/rollouts/:id/falseAlarm',
    {
      schema: {
        operationId: 'markFalseAlarm',
        summary: 'Say that its automatic rollback took back what was good; it is counted, and changes nothing',
        tags: ['records'],
        params: idPath,
        body: reasonBody,
        response: { 200: rolloutSchema },
      },
      config: { right: 'operate', refusals: ['NOT_FOUND', 'ILLEGAL_STATE'] },
    },
    async (request) =>
      rolloutView(await application.falseAlarms.mark(callerOf(request), request.params.id, request.body.reason)),
  );
}

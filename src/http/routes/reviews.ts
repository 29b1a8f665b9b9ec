import { callerOf } from '../auth.ts';
import { rolloutInReach } from '../reach.ts';
import { idPath } from '../schemas/parameters.ts';
import { reviewBody } from '../schemas/rollout.ts';
import { rolloutStatusSchema } from '../schemas/rolloutStatus.ts';
import { statusView } from '../views/statusView.ts';
import type { RouteDeps, Scope } from './scope.ts';

export function reviewRoutes(scope: Scope, { application }: RouteDeps): void {
  scope.addHook('preHandler', rolloutInReach(application));
  scope.post(
    '/rollouts/:id/reviews',
    {
      schema: {
        operationId: 'reviewAlert',
        summary: 'Say what was found behind an alert; it is recorded, and changes nothing',
        tags: ['records'],
        params: idPath,
        body: reviewBody,
        response: { 200: rolloutStatusSchema },
      },
      config: { right: 'operate', refusals: ['NOT_FOUND', 'REVIEW_NOT_ASKED', 'CONFLICT'] },
    },
    async (request) => {
      const { id } = request.params;
      await application.reviews.give(callerOf(request), id, request.body);
      return statusView(await application.rollouts.status(id));
    },
  );
}

import { suggestionRequestSchema } from '../../domain/suggestion/request.ts';
import { suggestionSchema } from '../schemas/suggestion.ts';
import { suggestionView } from '../views/suggestionView.ts';
import type { RouteDeps, Scope } from './scope.ts';

/** Help for whoever writes a criterion; nothing here stores or opens anything. */
export function suggestionRoutes(scope: Scope, { application }: RouteDeps): void {
  scope.post(
    '/slis/suggest',
    {
      schema: {
        operationId: 'suggestThreshold',
        summary: 'A threshold from the past of an SLI, with the false alarms that it would have raised',
        tags: ['contracts'],
        body: suggestionRequestSchema.meta({ id: 'ThresholdWish' }),
        response: { 200: suggestionSchema },
      },
      config: { right: 'operate', refusals: ['HISTORY_UNAVAILABLE'] },
    },
    async (request) => suggestionView(request.body, await application.suggestions.threshold(request.body)),
  );
}

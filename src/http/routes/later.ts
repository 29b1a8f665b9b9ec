import { z } from 'zod';
import { Refusal } from '../../control/refusal.ts';
import type { Scope } from './scope.ts';

/** What a later version brings: told as such, so that nobody takes a missing calendar for one that holds. */
const LATER = [
  { method: 'PUT', url: '/calendars/:name', operationId: 'putCalendar', what: 'calendars', right: 'administer' },
] as const;

export function laterRoutes(scope: Scope): void {
  for (const { method, url, operationId, what, right } of LATER) {
    scope.route({
      method,
      url,
      schema: {
        operationId,
        summary: `Not yet: ${what} come with a later version`,
        tags: ['later'],
        ...(url.includes(':') ? { params: z.strictObject({ name: z.string() }) } : {}),
        body: z.looseObject({}),
        response: {},
      },
      config: { right, refusals: ['NOT_YET_SUPPORTED'] },
      handler: async () => {
        throw new Refusal('NOT_YET_SUPPORTED', `${what} come with a later version`);
      },
    });
  }
}

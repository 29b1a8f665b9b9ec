import { z } from 'zod';
import { Refusal } from '../../control/refusal.ts';
import type { Scope } from './scope.ts';

/** What a later version brings: told as such, so that nobody takes a missing waiver for one that was granted. */
const LATER = [
  { method: 'POST', url: '/waivers', operationId: 'requestWaiver', what: 'waivers', right: 'operate' },
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

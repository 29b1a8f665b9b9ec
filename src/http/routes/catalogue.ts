import { z } from 'zod';
import { pageOf, pageQuery, slice } from '../page.ts';
import { catalogueSliSchema } from '../schemas/catalogue.ts';
import { listOf } from '../schemas/list.ts';
import { catalogueView } from '../views/catalogueView.ts';
import type { RouteDeps, Scope } from './scope.ts';

export function catalogueRoutes(scope: Scope, { application }: RouteDeps): void {
  const { catalogue } = application;
  scope.get(
    '/slis',
    {
      schema: {
        operationId: 'listSlis',
        summary: 'The SLIs that contracts may take by name, and the guardrails that join every contract',
        tags: ['installation'],
        querystring: z.strictObject(pageQuery('slis')),
        response: { 200: listOf(catalogueSliSchema) },
      },
      config: { right: 'view' },
    },
    async (request) => {
      const found = slice(catalogue.slis, request.query, ({ id }) => id);
      return pageOf('slis', found, request.query, {
        positionOf: ({ id }) => id,
        show: (sli) => catalogueView(sli, catalogue),
      });
    },
  );
}

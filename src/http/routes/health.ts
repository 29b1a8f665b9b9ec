import { z } from 'zod';
import type { Application } from '../../control/application.ts';
import type { ServingTelemetry } from '../../control/ports/telemetry.ts';
import { readinessSchema } from '../schemas/installation.ts';
import type { Scope } from './scope.ts';

const tags = ['health'];

/** Open to whoever can reach the port: probes and scrapers have no tokens, and nothing here is secret. */
export function healthRoutes(
  scope: Scope,
  { application, telemetry }: { readonly application: Application; readonly telemetry: ServingTelemetry },
): void {
  scope.get(
    '/livez',
    {
      schema: {
        operationId: 'getLiveness',
        summary: 'It runs',
        tags,
        response: { 200: z.object({ status: z.literal('ok') }) },
      },
    },
    async () => ({ status: 'ok' as const }),
  );
  scope.get(
    '/readyz',
    {
      schema: {
        operationId: 'getReadiness',
        summary: 'Whether it can do its work, with the state of each dependency',
        tags,
        response: { 200: readinessSchema, 503: readinessSchema },
      },
    },
    async (_request, reply) => {
      const { ready, dependencies, policyLooserThanDefault } = await application.installation.readiness();
      return reply
        .code(ready ? 200 : 503)
        .send({ ready, dependencies, policyLooserThanDefault: [...policyLooserThanDefault] });
    },
  );
  scope.get(
    '/metrics',
    {
      schema: {
        operationId: 'getMetrics',
        summary: 'Metrics in the text format of Prometheus',
        tags,
        response: { 200: { description: 'metrics', content: { 'text/plain': { schema: z.string() } } } },
      },
    },
    async (_request, reply) => {
      const { contentType, text } = await telemetry.exposition();
      return reply.type(contentType).send(text);
    },
  );
}

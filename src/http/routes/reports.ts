import { z } from 'zod';
import { Refusal } from '../../control/refusal.ts';
import { violation } from '../../domain/contract/violation.ts';
import type { Period } from '../../domain/projection/effectiveness.ts';
import { callerOf } from '../auth.ts';
import { effectivenessSchema, reportQuery } from '../schemas/report.ts';
import { effectivenessPage } from '../views/effectivenessPage.ts';
import type { RouteDeps, Scope } from './scope.ts';

const DAY_MS = 24 * 3_600_000;
const USUAL_MS = 30 * DAY_MS;
/** A leap year: longer ones are asked for piece by piece. */
const LONGEST_MS = 366 * DAY_MS;

const response = {
  200: {
    description: 'What came of the rollouts of a period, and how well Sluice did.',
    content: { 'application/json': { schema: effectivenessSchema }, 'text/html': { schema: z.string() } },
  },
};

export function reportRoutes(scope: Scope, { application, clock }: RouteDeps): void {
  scope.get(
    '/reports/effectiveness',
    {
      schema: {
        operationId: 'getEffectivenessReport',
        summary: 'Rollouts and outcomes, time to detect and to remove, false alarms, incidents and waivers',
        tags: ['projections'],
        querystring: reportQuery,
        response,
      },
      config: { right: 'report' },
    },
    async (request, reply) => {
      const period = periodOf(request.query, clock.nowMs());
      const report = await application.projections.effectiveness(period, callerOf(request).features);
      if (request.query.format === 'html') {
        return reply.type('text/html; charset=utf-8').send(effectivenessPage(report));
      }
      return reply.type('application/json').send(report);
    },
  );
}

function periodOf(
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  nowMs: number,
): Period {
  const toMs = to === undefined ? nowMs : Date.parse(to);
  const fromMs = from === undefined ? toMs - USUAL_MS : Date.parse(from);
  if (fromMs >= toMs) throw unfit(from ?? '', 'a time before `to`');
  if (toMs - fromMs > LONGEST_MS) throw unfit(from ?? '', 'a time at most 366 days before `to`');
  return { fromMs, toMs };
}

const unfit = (found: string, allowed: string) =>
  new Refusal('SCHEMA', `\`from\` must be ${allowed}`, {
    violations: [violation('SCHEMA', ['from'], found, allowed, `must be ${allowed}`)],
  });

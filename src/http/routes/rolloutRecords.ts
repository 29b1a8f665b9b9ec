import { z } from 'zod';
import { Refusal } from '../../control/refusal.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { callerOf } from '../auth.ts';
import { NUMBERS, pageOf, pageQuery, TIMES } from '../page.ts';
import { rolloutInReach } from '../reach.ts';
import { entrySchema } from '../schemas/entry.ts';
import { listOf } from '../schemas/list.ts';
import { measurementSchema } from '../schemas/measurement.ts';
import { idPath, optionalReasonBody } from '../schemas/parameters.ts';
import { preflightSchema } from '../schemas/rollout.ts';
import { measurementView } from '../views/measurementView.ts';
import { preflightView } from '../views/preflightView.ts';
import type { RouteDeps, Scope } from './scope.ts';

const tags = ['records'];

export function rolloutRecordRoutes(scope: Scope, deps: RouteDeps): void {
  scope.addHook('preHandler', rolloutInReach(deps.application));
  entries(scope, deps, 'ledger');
  entries(scope, deps, 'decisions');
  measurements(scope, deps);
  preflight(scope, deps);
  latestPreflight(scope, deps);
}

const ENTRIES = {
  ledger: {
    described: { operationId: 'listEntries', summary: 'The ledger entries of a rollout, oldest first' },
    shows: () => true,
  },
  decisions: {
    described: { operationId: 'listDecisions', summary: 'The recorded decisions, with all that they rested on' },
    shows: (entry: Entry) => entry.evidence !== null,
  },
} as const;

function entries(scope: Scope, { application }: RouteDeps, list: keyof typeof ENTRIES): void {
  const { described, shows } = ENTRIES[list];
  const querystring = z.strictObject(pageQuery(list, NUMBERS));
  scope.get(
    `/rollouts/:id/${list}`,
    {
      schema: { ...described, tags, params: idPath, querystring, response: { 200: listOf(entrySchema) } },
      config: { right: 'view', refusals: ['NOT_FOUND'] },
    },
    async (request) => {
      const { cursor, limit } = request.query;
      const page = { afterSeq: Number(cursor ?? 0), limit: limit + 1 };
      return pageOf(list, await application.rollouts.ledger(request.params.id, page), request.query, {
        positionOf: ({ seq }) => seq,
        show: (entry) => (shows(entry) ? { ...entry } : null),
      });
    },
  );
}

function measurements(scope: Scope, { application, clock }: RouteDeps): void {
  const time = z.iso.datetime({ offset: true }).optional();
  const querystring = z.strictObject({
    ...pageQuery('measurements', TIMES),
    from: time,
    to: time,
    sli: z.string().max(64).optional(),
  });
  scope.get(
    '/rollouts/:id/measurements',
    {
      schema: {
        operationId: 'listMeasurements',
        summary: 'What each tick measured and decided, oldest first',
        tags,
        params: idPath,
        querystring,
        response: { 200: listOf(measurementSchema) },
      },
      config: { right: 'view', refusals: ['NOT_FOUND'] },
    },
    async (request) => {
      const { from, to, cursor, limit, sli = null } = request.query;
      const fromMs = Math.max(from === undefined ? 0 : Date.parse(from), Number(cursor ?? -1) + 1);
      const toMs = to === undefined ? clock.nowMs() : Date.parse(to);
      const found = await application.rollouts.measurements(request.params.id, { fromMs, toMs, limit: limit + 1 });
      return pageOf('measurements', found, request.query, {
        positionOf: ({ poll }) => poll.atMs,
        show: (tick) => measurementView(tick, sli),
      });
    },
  );
}

function preflight(scope: Scope, { application }: RouteDeps): void {
  scope.post(
    '/rollouts/:id/preflight',
    {
      schema: {
        operationId: 'runPreflight',
        summary: 'Look whether everything is there that a start needs; each item passed, failed or waived',
        tags,
        params: idPath,
        body: optionalReasonBody,
        response: { 200: preflightSchema },
      },
      config: { right: 'operate', refusals: ['NOT_FOUND', 'ILLEGAL_STATE', 'VERSION_STALE'] },
    },
    async (request) => preflightView(await application.rollouts.preflight(callerOf(request), request.params.id)),
  );
}

function latestPreflight(scope: Scope, { application }: RouteDeps): void {
  scope.get(
    '/rollouts/:id/preflight',
    {
      schema: {
        operationId: 'getPreflight',
        summary: 'The last preflight',
        tags,
        params: idPath,
        response: { 200: preflightSchema },
      },
      config: { right: 'view', refusals: ['NOT_FOUND'] },
    },
    async (request) => {
      const report = await application.rollouts.latestPreflight(request.params.id);
      if (report === null) throw new Refusal('NOT_FOUND', 'there was no preflight yet');
      return preflightView(report);
    },
  );
}

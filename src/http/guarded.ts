import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { authenticate } from './auth.ts';
import { readJsonOnly } from './jsonBody.ts';
import { limitRate, shedLoad } from './limits.ts';
import { refuseOtherMethods } from './methodNotAllowed.ts';
import { acknowledgementRoutes } from './routes/acknowledgements.ts';
import { auditRoutes } from './routes/audits.ts';
import { calendarRoutes } from './routes/calendars.ts';
import { catalogueRoutes } from './routes/catalogue.ts';
import { contractRoutes } from './routes/contracts.ts';
import { falseAlarmRoutes } from './routes/falseAlarms.ts';
import { featureActRoutes } from './routes/featureActs.ts';
import { featureRoutes } from './routes/features.ts';
import { incidentRoutes } from './routes/incidents.ts';
import { installationRoutes } from './routes/installation.ts';
import { ledgerExportRoutes } from './routes/ledgerExports.ts';
import { overrideRoutes } from './routes/overrides.ts';
import { planRoutes } from './routes/plans.ts';
import { projectionRoutes } from './routes/projections.ts';
import { reportRoutes } from './routes/reports.ts';
import { reviewRoutes } from './routes/reviews.ts';
import { rolloutCommandRoutes } from './routes/rolloutCommands.ts';
import { rolloutRecordRoutes } from './routes/rolloutRecords.ts';
import { rolloutRoutes } from './routes/rollouts.ts';
import type { RouteDeps } from './routes/scope.ts';
import { simulationRoutes } from './routes/simulations.ts';
import { suggestionRoutes } from './routes/suggestions.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { waiverRoutes } from './routes/waivers.ts';
import { refuseUnknownRoute, unknownRoute } from './unknownRoute.ts';
import { urlFault } from './urlText.ts';

const ROUTES = [
  featureRoutes,
  featureActRoutes,
  overrideRoutes,
  contractRoutes,
  waiverRoutes,
  rolloutRoutes,
  rolloutCommandRoutes,
  rolloutRecordRoutes,
  acknowledgementRoutes,
  incidentRoutes,
  falseAlarmRoutes,
  reviewRoutes,
  reportRoutes,
  projectionRoutes,
  auditRoutes,
  planRoutes,
  suggestionRoutes,
  simulationRoutes,
  tokenRoutes,
  installationRoutes,
  calendarRoutes,
  catalogueRoutes,
  ledgerExportRoutes,
];

export type GuardedOptions = RouteDeps & {
  readonly requestsPerMinute: number;
  readonly maxEventLoopDelayMs: number;
};

/** Sluice's own API: everything that takes a token. The order of the hooks is the order in which a request can fail. */
export function guardedRoutes(scope: FastifyInstance, options: GuardedOptions): void {
  scope.decorateRequest('principal', null);
  readJsonOnly(scope);
  scope.addHook('onRequest', authenticate(options.application.tokens));
  scope.addHook('onRequest', async (request) => {
    const fault = unknownRoute(request) ?? urlFault(request.url);
    if (fault !== null) throw fault;
  });
  shedLoad(scope, options.maxEventLoopDelayMs);
  limitRate(scope, options.requestsPerMinute);
  scope.setNotFoundHandler(refuseUnknownRoute);
  const refuseTheRest = refuseOtherMethods(scope);
  for (const routes of ROUTES) {
    scope.register((inner, _options, done) => {
      routes(inner.withTypeProvider<ZodTypeProvider>(), options);
      done();
    });
  }
  void scope.after(refuseTheRest);
}

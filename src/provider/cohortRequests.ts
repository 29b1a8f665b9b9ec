import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { COHORT_LABELS, type CohortLabel, cohortLabel } from './cohortLabel.ts';
import type { EvaluationHook } from './evaluationHook.ts';
import { type PromClient, type PromCounter, type PromHistogram, registersOf } from './promClient.ts';
import { STATUS_CODE_LABELS, statusCodeLabel } from './statusCodeLabel.ts';

export type CohortRequestsOptions<Registry> = {
  /** Whose cohort labels the requests. */
  readonly feature: string;
  /** prom-client's default registry where it is left out. */
  readonly registry?: Registry;
  /** Upper bounds in seconds; prom-client's own where they are left out. */
  readonly buckets?: readonly number[];
  /** Where the service has metrics of the usual names already. */
  readonly names?: { readonly requests: string; readonly durations: string };
};

/** A request that is being answered, and what was found about who asks. */
type Visit = { cohort: CohortLabel };

/** What is used of a Fastify application. */
type FastifyApp = {
  addHook(
    name: 'onRequest',
    hook: (
      request: { readonly raw: IncomingMessage },
      reply: { readonly raw: ServerResponse },
      done: () => void,
    ) => void,
  ): unknown;
};

const USUAL = { requests: 'http_requests_total', durations: 'http_request_duration_seconds' };

/**
 * The request metrics that a contract asks for, `http_requests_total{code,cohort}` and `http_request_duration_seconds{cohort}`, labelled
 * with the cohort that the lookup of one feature found for the request. The hook hears the lookup, whatever the provider; the middleware
 * hears the answer. A request that looks nothing up is of cohort `none`. Every series begins at 0.
 */
export class CohortRequests<Registry> {
  /** For `OpenFeature.addHooks`. */
  readonly hook: EvaluationHook;
  readonly #requests: PromCounter;
  readonly #durations: PromHistogram;
  readonly #current = new AsyncLocalStorage<Visit>();

  constructor(promClient: PromClient<Registry>, options: CohortRequestsOptions<Registry>) {
    const { feature, registry, buckets, names = USUAL } = options;
    const registers = registersOf(registry);
    this.#requests = new promClient.Counter({
      name: names.requests,
      help: 'Answered requests',
      labelNames: ['code', 'cohort'],
      ...registers,
    });
    this.#durations = new promClient.Histogram({
      name: names.durations,
      help: 'How long answers took',
      labelNames: ['cohort'],
      ...(buckets === undefined ? {} : { buckets: [...buckets] }),
      ...registers,
    });
    this.#begin();
    this.hook = {
      finally: ({ flagKey }, { flagMetadata }) => {
        const visit = this.#current.getStore();
        if (flagKey === feature && visit !== undefined) visit.cohort = cohortLabel(flagMetadata['cohort']);
      },
    };
  }

  /** Wraps a listener of `node:http`. */
  listener<Request extends IncomingMessage, Response extends ServerResponse>(
    answer: (request: Request, response: Response) => unknown,
  ): (request: Request, response: Response) => unknown {
    return (request, response) => this.#current.run(this.#visit(response), () => answer(request, response));
  }

  /** Middleware as Express and Connect have it: `app.use(requests.middleware)`, before what looks flags up. */
  readonly middleware = (_request: IncomingMessage, response: ServerResponse, next: () => void): void =>
    this.#current.run(this.#visit(response), next);

  /** Adds the hook to a Fastify application, before those that look flags up. Fastify keeps it in the request's context, bodies included. */
  fastify(app: FastifyApp): void {
    app.addHook('onRequest', (request, { raw }, done) => this.middleware(request.raw, raw, done));
  }

  #visit(response: ServerResponse): Visit {
    const visit: Visit = { cohort: 'none' };
    const beganMs = performance.now();
    // Not `finish`: an answer that a client did not wait for is one, too.
    response.once('close', () => {
      const { cohort } = visit;
      this.#requests.inc({ code: statusCodeLabel(response.statusCode, response.writableFinished), cohort });
      this.#durations.observe({ cohort }, (performance.now() - beganMs) / 1000);
    });
    return visit;
  }

  #begin(): void {
    for (const cohort of COHORT_LABELS) {
      for (const code of STATUS_CODE_LABELS) this.#requests.inc({ code, cohort }, 0);
      this.#durations.zero({ cohort });
    }
  }
}

import type { FastifyInstance, HTTPMethods } from 'fastify';
import { expect } from 'vitest';
import { z } from 'zod';
import { PrometheusTelemetry } from '../../src/adapters/telemetry/prometheusTelemetry.ts';
import type { Policy } from '../../src/domain/contract/policy.ts';
import { problemSchema } from '../../src/http/schemas/problem.ts';
import { buildServer, type ServerOptions } from '../../src/http/server.ts';
import { type FakeApplication, fakeApplication, type TokenName } from '../support/fakeApplication.ts';
import { proposalInput } from '../support/proposals.ts';
import { unlikeOfrep } from './ofrepSpecification.ts';

type Asked = {
  /** Whose token is sent; null sends none. An administrator's by default. */
  readonly as?: TokenName | null;
  readonly body?: unknown;
  /** Sent as it is, as JSON unless `headers` say otherwise. */
  readonly text?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
};

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** The body, where it is a JSON object; else nothing. */
  readonly body: Readonly<Record<string, unknown>>;
};

/** What the tests need of a resource to go on with it. */
const Resource = z.looseObject({
  version: z.number(),
  id: z.string().optional(),
  rolloutId: z.string().nullish(),
  digest: z.string().optional(),
});
export type Resource = { readonly id: string; readonly version: number; readonly digest: string };

function resourceIn({ body }: Pick<Answer, 'body'>): Resource {
  const { id, rolloutId, version, digest } = Resource.parse(body);
  return { id: id ?? rolloutId ?? '', version, digest: digest ?? '' };
}

const Json = z.record(z.string(), z.unknown()).catch({});

/** Tests leave the event loop no time now and then, which would be taken for overload. */
const QUIET = { logger: null, version: '1.2.3', maxEventLoopDelayMs: 0 };

/** A server over an application in memory. Every answer is held to the schema that its route documents, lookups to OFREP's as well. */
export class ServerUnderTest implements AsyncDisposable {
  readonly application: FakeApplication;
  readonly telemetry = new PrometheusTelemetry({ environment: 'test' });
  readonly server: FastifyInstance;
  readonly #unlike: string[] = [];

  constructor(
    options: Partial<ServerOptions> = {},
    change: (application: FakeApplication) => FakeApplication = same,
    kept?: FakeApplication['kept'],
    policy?: Policy,
  ) {
    this.application = change(fakeApplication(this.telemetry, kept, policy));
    const { clock } = this.application;
    this.server = buildServer(this.application, this.telemetry, { ...QUIET, clock, ...options });
    this.server.addHook('onSend', async (request, reply, payload) => {
      const schema = schemaOf(
        request.routeOptions.schema?.response,
        reply.statusCode,
        String(reply.getHeader('content-type')),
      );
      const parsed = schema?.safeParse(payload ? JSON.parse(String(payload)) : null);
      if (parsed?.success === false)
        this.#unlike.push(`${request.method} ${request.url}: ${z.prettifyError(parsed.error)}`);
      const { method, url } = request;
      const text = typeof payload === 'string' ? payload : null;
      const sent = { method, url, status: reply.statusCode, headers: reply.getHeaders(), text };
      this.#unlike.push(...unlikeOfrep(sent).map((fault) => `${method} ${url}: ${fault}`));
      return payload;
    });
  }

  async ask(method: HTTPMethods, url: string, { as = 'admin', body, text, headers = {} }: Asked = {}): Promise<Answer> {
    const sent = text ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await this.server.inject({
      // `inject` knows fewer methods by name than the router does.
      method: method as 'GET',
      url,
      headers: {
        ...(as === null ? {} : { authorization: `Bearer ${this.application.token(as)}` }),
        ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(sent === undefined ? {} : { payload: sent }),
    });
    const isJson = /[/+]json\b/.test(String(response.headers['content-type']));
    const read = Json.parse(isJson && response.body !== '' ? JSON.parse(response.body) : null);
    return { status: response.statusCode, headers: response.headers, text: response.body, body: read };
  }

  get = (url: string, asked?: Asked) => this.ask('GET', url, asked);
  post = (url: string, asked?: Asked) => this.ask('POST', url, asked);

  /** The refusal of a request, as `status code`. */
  async refusal(method: HTTPMethods, url: string, asked?: Asked): Promise<string> {
    const { status, body } = await this.ask(method, url, asked);
    return `${status} ${body['code'] ?? body['errorCode']}`;
  }

  async feature(key = 'checkout-v2'): Promise<void> {
    expect((await this.post('/v1/features', { as: 'operator', body: { key } })).status).toBe(201);
  }

  /** A contract that breaks no rule, proposed by the operator. */
  async contract(feature = 'checkout-v2'): Promise<Resource> {
    return this.#made(await this.post('/v1/contracts', { as: 'operator', body: proposalInput({ feature }) }));
  }

  async approved(feature = 'checkout-v2'): Promise<Resource> {
    const { id, digest } = await this.contract(feature);
    const body = { decision: 'approve', digest };
    return this.#made(await this.post(`/v1/contracts/${id}/approvals`, { as: 'approver', body }));
  }

  /** A rollout of an approved contract, whose metrics are there. */
  async rollout(feature = 'checkout-v2'): Promise<Resource> {
    await this.feature(feature);
    for (const arm of ['all', 'treatment', 'control'] as const) this.application.source.observe('error_rate', arm, 0);
    const { id: contractId } = await this.approved(feature);
    return this.#made(await this.post('/v1/rollouts', { as: 'operator', body: { contractId } }));
  }

  async started(feature = 'checkout-v2'): Promise<Resource> {
    const { id, version } = await this.rollout(feature);
    const headers = { 'if-match': `"${version}"` };
    return this.#made(await this.post(`/v1/rollouts/${id}/start`, { as: 'operator', headers }));
  }

  #made(answer: Answer): Resource {
    expect(answer.status, answer.text).toBeLessThan(300);
    return resourceIn(answer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close();
    await this.application.close();
    expect(this.#unlike).toEqual([]);
  }
}

const same = (application: FakeApplication) => application;

function schemaOf(responses: unknown, status: number, contentType: string): z.ZodType | null {
  if (contentType.startsWith('application/problem+json')) return problemSchema;
  const documented: unknown =
    typeof responses === 'object' && responses !== null ? Reflect.get(responses, status) : null;
  return documented instanceof z.ZodType ? documented : null;
}

import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify from 'fastify';
import promClient, { Registry } from 'prom-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CohortRequests } from '../../src/provider/cohortRequests.ts';
import { documentOf, grantOf } from '../domain/feature/documents.ts';
import { eventually } from '../support/eventually.ts';
import { provided } from './providerUnderTest.ts';
import { OpenFeature } from './serverSdk.ts';
import { WireServer } from './wireServer.ts';

const FEATURE = 'checkout-v2';
const HALF = documentOf({
  grants: [grantOf(50)],
  live: { rolloutId: 'r-1', stage: 'canary', whenStale: 'close', grant: 0 },
});

async function measured() {
  const wire = await WireServer.start([HALF, documentOf({ feature: 'done', grants: [grantOf(100)] })]);
  onTestFinished(() => wire[Symbol.asyncDispose]());
  const { client, initialized } = await provided(wire);
  await initialized;
  const registry = new Registry();
  const requests = new CohortRequests(promClient, { feature: FEATURE, registry, buckets: [0.1, 1] });
  OpenFeature.addHooks(requests.hook);
  onTestFinished(() => OpenFeature.clearHooks());
  const counted = async () =>
    (await registry.metrics())
      .split('\n')
      .filter((line) => line.startsWith('http_requests_total{') && !line.endsWith(' 0'));
  const lookUp = async (user: string) => {
    await client.getBooleanValue('done', false, { targetingKey: user });
    return (await client.getBooleanDetails(FEATURE, false, { targetingKey: user })).flagMetadata['cohort'];
  };
  /** Of the first hundred users, how many fall into each cohort. */
  const expected = async () => {
    const cohorts = await Promise.all(USERS.map(lookUp));
    return ['treatment', 'control'].map((cohort) => {
      const count = cohorts.filter((found) => found === cohort).length;
      return `http_requests_total{code="200",cohort="${cohort}"} ${count}`;
    });
  };
  return { registry, requests, lookUp, counted, expected };
}

const USERS = Array.from({ length: 40 }, (_, number) => `user-${number}`);

async function listening(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function visit(url: string, init: RequestInit = {}): Promise<void> {
  await (await fetch(url, init)).text();
}

const sorted = (lines: readonly string[]) => lines.toSorted();

describe('request metrics by cohort', () => {
  test('begin at 0, all of them, in the form that a contract asks for', async () => {
    const { registry } = await measured();
    const lines = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines).toContain('http_requests_total{code="503",cohort="treatment"} 0');
    expect(lines).toContain('http_request_duration_seconds_bucket{le="0.1",cohort="control"} 0');
    expect(lines.filter((line) => !line.endsWith(' 0'))).toEqual([]);
  });

  test('node:http: many requests at once each find their own cohort', async () => {
    const { requests, lookUp, counted, expected } = await measured();
    const url = await listening(
      requests.listener(async (request, response) => {
        await sleep(5);
        await lookUp(String(request.url).slice(1));
        response.end('ok');
      }),
    );
    await Promise.all(USERS.map((user) => visit(`${url}/${user}`)));
    const found = await eventually(counted, (lines) => lines.length === 2);
    expect(sorted(found)).toEqual(sorted(await expected()));
  });

  test('middleware as Express has it; a request that looks nothing up is of no cohort', async () => {
    const { requests, lookUp, counted, registry } = await measured();
    const url = await listening((request, response) =>
      requests.middleware(request, response, () => {
        if (request.url === '/nothing') return void response.writeHead(503).end();
        void lookUp('user-1').then(() => response.writeHead(418).end());
      }),
    );
    await visit(`${url}/nothing`);
    await visit(`${url}/teapot`);
    const cohort = await lookUp('user-1');
    expect(sorted(await eventually(counted, (lines) => lines.length === 2))).toEqual([
      `http_requests_total{code="400",cohort="${cohort}"} 1`,
      'http_requests_total{code="503",cohort="none"} 1',
    ]);
    expect(await registry.metrics()).toContain('http_request_duration_seconds_count{cohort="none"} 1');
  });

  test('Fastify, also behind a body that was read', async () => {
    const { requests, lookUp, counted, expected } = await measured();
    const app = Fastify();
    onTestFinished(() => app.close());
    requests.fastify(app);
    app.post<{ Body: { user: string } }>('/', async ({ body }) => ({ cohort: await lookUp(body.user) }));
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const headers = { 'content-type': 'application/json' };
    const body = (user: string) => JSON.stringify({ user, filling: 'x'.repeat(100_000) });
    await Promise.all(USERS.map((user) => visit(url, { method: 'POST', headers, body: body(user) })));
    const found = await eventually(counted, (lines) => lines.length === 2);
    expect(sorted(found)).toEqual(sorted(await expected()));
  });

  test('a client that did not wait counts as 499', async () => {
    const { requests, counted } = await measured();
    const gone = new AbortController();
    const url = await listening(requests.listener(() => gone.abort()));
    await expect(fetch(url, { signal: gone.signal })).rejects.toThrow();
    const found = await eventually(counted, (lines) => lines.length === 1);
    expect(found).toEqual(['http_requests_total{code="499",cohort="none"} 1']);
  });
});

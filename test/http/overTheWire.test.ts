import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { fastify } from 'fastify';
import supertest from 'supertest';
import { describe, expect, onTestFinished, test } from 'vitest';
import { endConnections } from '../../src/http/endConnections.ts';
import { ServerUnderTest } from './serverUnderTest.ts';

describe('over a socket', () => {
  test('a resource is created, read, changed and archived', async () => {
    await using under = new ServerUnderTest();
    await under.server.ready();
    const client = supertest.agent(under.server.server).auth(under.application.token('operator'), { type: 'bearer' });
    const created = await client.post('/v1/features').send({ key: 'checkout-v2' }).expect(201);
    const path = String(created.headers['location']);
    await client.get(path).expect(200, created.body);
    await client.patch(path).set('If-Match', '"1"').send({ owner: 'shop' }).expect(200).expect('ETag', '"2"');
    await client.delete(path).expect(204, '');
    await client
      .get(path)
      .expect(404)
      .expect('Content-Type', /^application\/problem\+json/);
  });

  test('a body that is too large is refused however it comes, and the next request is answered', async () => {
    await using under = new ServerUnderTest();
    await under.server.ready();
    const client = supertest.agent(under.server.server).auth(under.application.token('operator'), { type: 'bearer' });
    const large = `{"key":"${'x'.repeat(1024 * 1024)}"}`;
    const refused = await client.post('/v1/features').set('Content-Type', 'application/json').send(large);
    expect(refused.body).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
    const packed = client.post('/v1/features').set('Content-Type', 'application/json').set('Content-Encoding', 'gzip');
    expect((await packed.send('{"key":"checkout-v2"}')).status).toBeLessThan(500);
    await client.get('/v1/features').expect(200);
  });

  test('browsers are told what they may not do, lookups are not burdened with it', async () => {
    await using under = new ServerUnderTest();
    await under.server.ready();
    const landing = await supertest(under.server.server).get('/').expect(200);
    expect(landing.headers).toMatchObject({
      'content-security-policy': expect.stringContaining("default-src 'self'"),
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const lookup = supertest(under.server.server).post('/ofrep/v1/evaluate/flags').send({});
    const { headers } = await lookup.set('X-API-Key', under.application.token('service')).expect(200);
    expect(Object.keys(headers).toSorted()).toEqual(
      ['connection', 'content-length', 'content-type', 'date', 'etag', 'keep-alive'].filter((name) => name in headers),
    );
  });

  test.for([
    ['a head', ''],
    ['a body', '\r\n{"con'],
  ] as const)('%s that trickles in is given up after the time that a request may take', async ([, rest]) => {
    await using under = new ServerUnderTest({ requestTimeoutMs: 300 });
    const { port } = new URL(await under.server.listen({ host: '127.0.0.1', port: 0 }));
    const socket = connect(Number(port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    const head = [
      'POST /v1/features HTTP/1.1',
      'Host: x',
      `Authorization: Bearer ${under.application.token('operator')}`,
      'Content-Type: application/json',
      'Content-Length: 9',
    ];
    socket.write(`${head.join('\r\n')}\r\n${rest}`);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 MALFORMED_REQUEST/);
  });

  test('half a request keeps no server from closing', async () => {
    const server = fastify();
    endConnections(server, 100);
    const { port } = new URL(await server.listen({ host: '127.0.0.1', port: 0 }));
    const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    const arrived = once(server.server, 'request');
    socket.write('POST /ofrep/v1/evaluate/flags HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"con');
    await arrived;
    await server.close();
    expect(server.server.listening).toBe(false);
  });
});

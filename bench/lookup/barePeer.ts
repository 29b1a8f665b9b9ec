// A process of its own: what a service costs that only reads the body and answers what it has at hand. PORT says where it listens,
// PEER which of the two it is, ANSWERS the file of what it answers by path. It knows no token, counts and evaluates nothing.

import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { fastify } from 'fastify';
import { type Answer, answersSchema } from './answers.ts';

const LIVENESS = '/livez';
const FLAGS = '/ofrep/v1/evaluate/flags';
const answers = new Map(
  Object.entries(answersSchema.parse(JSON.parse(readFileSync(process.env['ANSWERS'] ?? '', 'utf8')))),
);

/** As short as a route of Fastify can be; its own JSON parser, router and reply. */
async function listenFastify(port: number): Promise<void> {
  const server = fastify();
  server.get(LIVENESS, (_request, reply) => reply.send('ok'));
  server.post<{ Params: { key: string } }>(`${FLAGS}/:key`, (request, reply) => {
    const { headers, body } = answerTo(`${FLAGS}/${request.params.key}`, request.body);
    return reply.headers(headers).send(body);
  });
  server.post(FLAGS, (request, reply) => {
    const { headers, body } = answerTo(FLAGS, request.body);
    return reply.headers(headers).send(body);
  });
  await server.listen({ port, host: '127.0.0.1' });
}

/** As short as a server of `node:http` can be that reads a body. */
function listenHttp(port: number): void {
  const server = createServer((request, response) => {
    if (request.url === LIVENESS) response.end('ok');
    else read(request, (body) => answer(request.url ?? '', body, response));
  });
  server.listen(port, '127.0.0.1');
}

function read(request: IncomingMessage, done: (body: unknown) => void): void {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    text += chunk;
  });
  request.on('end', () => done(JSON.parse(text)));
}

function answer(path: string, asked: unknown, response: ServerResponse): void {
  const { headers, body } = answerTo(path, asked);
  response.writeHead(200, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** Nobody saves the reading of the body: it was parsed before. */
function answerTo(path: string, asked: unknown): Answer {
  const known = answers.get(path);
  if (known === undefined || typeof asked !== 'object') throw new Error(`nothing to answer at ${path}`);
  return known;
}

const port = Number(process.env['PORT']);
if (process.env['PEER'] === 'fastify') await listenFastify(port);
else listenHttp(port);

process.once('SIGTERM', () => process.exit());
// Whoever started it has gone.
process.once('disconnect', () => process.exit());

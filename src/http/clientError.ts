import { randomUUID } from 'node:crypto';
import type { FastifyServerOptions } from 'fastify';
import { REFUSALS, Refusal } from '../control/refusal.ts';
import { PROBLEM_TYPE, problemOf } from './problem.ts';

/** Answers what is no HTTP request, or one with too long a head: no route, no hook and no reply are there yet. */
export const answerClientError: NonNullable<FastifyServerOptions['clientErrorHandler']> = (error, socket) => {
  if (socket.destroyed || error.code === 'ECONNRESET') return;
  const refusal =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new Refusal('HEAD_TOO_LARGE', 'the headers are too large')
      : new Refusal('MALFORMED_REQUEST', 'the request is no HTTP/1.1 that can be read');
  const body = JSON.stringify(problemOf(refusal, randomUUID()));
  const head = [
    `HTTP/1.1 ${REFUSALS[refusal.code].status} ${refusal.code}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
};

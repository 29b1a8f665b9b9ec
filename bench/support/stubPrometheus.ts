// A process of its own, so that its work is not Sluice's. PORT says where it listens.

import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { stubAnswer, stubRange } from './stubAnswer.ts';

let questions = 0;
let faulty: ReadonlySet<string> = new Set();

/** `POST /api/v1/query` and `query_range` as Prometheus; `GET /questions` counts them; `PUT /faulty` takes the features that do badly. */
async function answer(request: IncomingMessage): Promise<string> {
  switch (request.url) {
    case '/api/v1/query':
      questions += 1;
      return stubAnswer(new URLSearchParams(await text(request)), faulty);
    case '/api/v1/query_range':
      questions += 1;
      return stubRange(new URLSearchParams(await text(request)), faulty);
    case '/questions':
      return String(questions);
    case '/faulty':
      faulty = new Set((await text(request)).split(','));
      return '';
    default:
      return '';
  }
}

const server = createServer((request, response) => {
  answer(request).then(
    (body) => response.setHeader('content-type', 'application/json').end(body),
    () => response.destroy(),
  );
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.env['PORT']), '127.0.0.1');

process.once('SIGTERM', () => process.exit());
// Whoever started it has gone.
process.once('disconnect', () => process.exit());

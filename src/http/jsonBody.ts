import type { FastifyInstance } from 'fastify';
import { utf8Text } from './utf8Text.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it came, for telling a repeated request from another one. */
    bodyText: string;
  }
}

/**
 * JSON and nothing else. Bytes that are no UTF-8 and keys that would reach for a prototype are refused; of two equal keys the
 * last one counts, as everywhere in JavaScript. An empty body is none.
 */
export function readJsonOnly(scope: FastifyInstance): void {
  const parse = scope.getDefaultJsonParser('error', 'error');
  scope.decorateRequest('bodyText', '');
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    if (bytes.length === 0) return done(null, undefined);
    // What it throws is answered as its refusal.
    request.bodyText = utf8Text(bytes);
    void parse(request, request.bodyText, done);
  });
}

import type { FastifyInstance } from 'fastify';
import { Refusal } from '../control/refusal.ts';

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
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  scope.decorateRequest('bodyText', '');
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    if (bytes.length === 0) return done(null, undefined);
    try {
      request.bodyText = utf8.decode(bytes);
    } catch {
      return done(new Refusal('MALFORMED_JSON', 'the body is not UTF-8'));
    }
    void parse(request, request.bodyText, done);
  });
}

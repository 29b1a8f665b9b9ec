import type { FastifyContextConfig } from 'fastify';
import type { RefusalCode } from '../control/refusal.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What this route may refuse beside what every route may: for the OpenAPI document. */
    refusals?: readonly RefusalCode[];
    /** Whether it looks at `If-Match`. */
    ifMatch?: 'required' | 'optional';
    /** Other headers that it looks at where they are sent, and what for: for the OpenAPI document. */
    heeds?: Readonly<Record<string, string>>;
    /** Whether it takes an `Idempotency-Key`. */
    creates?: true;
  }
}

/** Every code that a route may answer with. */
export function refusalsOf(
  config: FastifyContextConfig,
  takes: { readonly body: boolean; readonly input: boolean },
): readonly RefusalCode[] {
  const { right, refusals = [], ifMatch, creates } = config;
  return [
    ...(right === undefined ? [] : (['UNAUTHENTICATED', 'FORBIDDEN', 'TOO_MANY_REQUESTS'] as const)),
    ...(takes.body ? (['MALFORMED_JSON', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const) : []),
    ...(takes.input ? (['MALFORMED_URL', 'SCHEMA'] as const) : []),
    ...(ifMatch === 'required' ? (['VERSION_REQUIRED', 'VERSION_STALE'] as const) : []),
    ...(creates === undefined ? [] : (['IDEMPOTENCY_MISMATCH', 'IDEMPOTENCY_BUSY'] as const)),
    ...refusals,
    ...(right === undefined ? [] : (['LEDGER_UNREACHABLE', 'OVERLOADED'] as const)),
    'INTERNAL',
  ];
}

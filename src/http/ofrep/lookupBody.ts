import type { EvaluationContext } from '../../domain/feature/context.ts';
import { readContext } from '../../domain/feature/context.ts';
import { type Failure, failureOf } from './failure.ts';

export type LookupBody =
  | { readonly kind: 'context'; readonly context: EvaluationContext }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** The context of a lookup. Members that nobody knows are no mistake: OFREP lets every context hold more. */
export function readLookup(body: unknown, key: string | null): LookupBody {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { kind: 'failed', failure: failureOf(key, 'PARSE_ERROR', 'the body must be an object with a context') };
  }
  const read = readContext(Object.hasOwn(body, 'context') ? Reflect.get(body, 'context') : undefined);
  if (read.kind === 'context') return read;
  return { kind: 'failed', failure: failureOf(key, read.errorCode, read.errorDetails) };
}

import { type EvaluationContext, readContext } from '../../domain/feature/context.ts';
import { LookupFailed } from './failure.ts';

/** The context of a lookup. Members that nobody knows are no mistake: OFREP lets every context hold more. */
export function contextIn(body: unknown): EvaluationContext {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new LookupFailed('PARSE_ERROR', 'the body must be an object with a context');
  }
  const read = readContext(Object.hasOwn(body, 'context') ? Reflect.get(body, 'context') : undefined);
  if (read.kind === 'invalid') throw new LookupFailed(read.errorCode, read.errorDetails);
  return read.context;
}

import { Refusal } from '../../control/refusal.ts';
import { type EvaluationContext, readContext } from '../../domain/feature/context.ts';
import { utf8Text } from '../utf8Text.ts';
import { LookupFailed } from './failure.ts';

/**
 * What the bytes of a body say: JSON in UTF-8. Members called `__proto__` are attributes that nobody knows, here as everywhere: only own
 * members are ever read. Of two equal keys the last one counts, and a byte order mark is passed over.
 * @throws Refusal
 */
export function jsonIn(bytes: Buffer): unknown {
  const text = utf8Text(bytes);
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal('MALFORMED_JSON', 'it breaks off or has a syntax error');
  }
}

/**
 * The context of a lookup. Members that nobody knows are no mistake: OFREP lets every context hold more.
 * @throws LookupFailed
 */
export function contextIn(body: unknown): EvaluationContext {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new LookupFailed('PARSE_ERROR', 'the body must be an object with a context');
  }
  const read = readContext(Object.hasOwn(body, 'context') ? Reflect.get(body, 'context') : undefined);
  if (read.kind === 'invalid') throw new LookupFailed(read.errorCode, read.errorDetails);
  return read.context;
}

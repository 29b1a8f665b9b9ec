import type { z } from 'zod';
import { malformedText } from './malformedText.ts';
import { schemaViolations } from './schemaViolations.ts';
import { type Violation, violation } from './violation.ts';

/** Bounds the answer to a body that is wrong a hundred thousand times. */
const MOST_REPORTED = 1000;

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly violations: readonly Violation[] };

/** Reads what came from outside by a schema; where it does not fit, all mistakes at once. Never throws. */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): Parsed<z.infer<S>> {
  const malformed = malformedText(input);
  // What nests without end would overflow a recursive schema.
  if (malformed.some(({ rule }) => rule === 'NESTING')) return { ok: false, violations: malformed };
  const parsed = safelyParsed(schema, input);
  if (parsed === null) return { ok: false, violations: [...malformed, unreadable()] };
  if (parsed.success && malformed.length === 0) return { ok: true, value: parsed.data };
  const unfit = parsed.success ? [] : schemaViolations(parsed.error.issues);
  return { ok: false, violations: [...malformed, ...unfit].slice(0, MOST_REPORTED) };
}

/** Null where the schema's own checks threw: a `length` or `valueOf` that is no number can't be compared. */
function safelyParsed<S extends z.ZodType>(schema: S, input: unknown) {
  try {
    return schema.safeParse(input, { reportInput: true });
  } catch {
    return null;
  }
}

const unreadable = () =>
  violation('SCHEMA', [], null, 'plain JSON of the documented form', 'holds something that can not even be compared');

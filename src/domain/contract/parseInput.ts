import type { z } from 'zod';
import { malformedText } from './malformedText.ts';
import { schemaViolations } from './schemaViolations.ts';
import type { Violation } from './violation.ts';

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
  const parsed = schema.safeParse(input, { reportInput: true });
  if (parsed.success && malformed.length === 0) return { ok: true, value: parsed.data };
  const unfit = parsed.success ? [] : schemaViolations(parsed.error.issues);
  return { ok: false, violations: [...malformed, ...unfit].slice(0, MOST_REPORTED) };
}

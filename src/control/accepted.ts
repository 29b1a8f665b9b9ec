import type { Parsed } from '../domain/contract/parseInput.ts';
import { Refusal } from './refusal.ts';

/** What was read; refuses what does not fit its schema. */
export function accepted<T>(parsed: Parsed<T>): T {
  if (parsed.ok) return parsed.value;
  throw new Refusal('SCHEMA', 'the request breaks its schema', { violations: parsed.violations });
}

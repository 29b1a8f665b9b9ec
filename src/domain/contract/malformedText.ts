import { type Path, type Violation, violation } from './violation.ts';

/** Deeper than anything that Sluice reads; what lies below would overflow the stack of whoever walks it. */
const DEEPEST = 64;
const MOST_REPORTED = 100;

type Visit = { readonly value: unknown; readonly at: Path };

/**
 * Text that PostgreSQL and canonical JSON can't hold (U+0000, lone surrogates), in values and in keys, and nesting without end.
 * Walks without recursion, so that it can be asked first about anything that JSON can say.
 */
export function malformedText(input: unknown): readonly Violation[] {
  const found: Violation[] = [];
  const waiting: Visit[] = [{ value: input, at: [] }];
  for (let visit = waiting.pop(); visit !== undefined && found.length < MOST_REPORTED; visit = waiting.pop()) {
    // One by one: a spread of a body's hundred thousand members would overflow the stack.
    for (const fault of faultsOf(visit)) found.push(fault);
    for (const child of childrenOf(visit)) waiting.push(child);
  }
  return found.slice(0, MOST_REPORTED);
}

function faultsOf({ value, at }: Visit): readonly Violation[] {
  if (typeof value === 'string') return isStorable(value) ? [] : [textViolation(at, value)];
  if (!isContainer(value)) return [];
  if (at.length >= DEEPEST) {
    return [violation('NESTING', at, value, `at most ${DEEPEST} levels`, `is nested deeper than ${DEEPEST} levels`)];
  }
  if (Array.isArray(value)) return [];
  const keys = Object.keys(value).filter((key) => !isStorable(key));
  return keys.map((key) => textViolation([...at, key], key));
}

function childrenOf({ value, at }: Visit): readonly Visit[] {
  if (!isContainer(value) || at.length >= DEEPEST) return [];
  if (Array.isArray(value))
    return value.map((child: unknown, index) => ({ value: child, at: [...at, index] })).reverse();
  const members: readonly (readonly [string, unknown])[] = Object.entries(value);
  return members.map(([key, child]) => ({ value: child, at: [...at, key] })).reverse();
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;
const isStorable = (text: string) => text.isWellFormed() && !text.includes('\0');

function textViolation(at: Path, found: string): Violation {
  const allowed = 'Unicode text without U+0000';
  return violation('TEXT', at, found, allowed, 'holds U+0000 or half of a surrogate pair');
}

import { RE2JS, RE2JSException } from 're2js';

/** A regular expression that Prometheus would not take either, or that costs too much to match here. */
export class UnsupportedRegexError extends Error {
  override readonly name = 'UnsupportedRegexError';
}

/**
 * Instructions of the expression × characters of the values, over all values that one question looks at. The engine's time is linear
 * in it, and two millions take some tenths of a second, in which nobody's lookup is answered: a contract must not be able to ask for more.
 */
const MOST_WORK = 2_000_000;

/**
 * Whether the whole of a text matches an RE2 expression, by RE2's own rules as in Prometheus: no expression takes exponential time.
 * Equal texts are matched once.
 *
 * @throws UnsupportedRegexError where it is none, or has more to do than `MOST_WORK`.
 */
export function wholeMatch(expression: string): (text: string) => boolean {
  const pattern = compiled(expression);
  const instructions = pattern.programSize();
  const known = new Map<string, boolean>();
  let work = 0;
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    work += instructions * (text.length + 1);
    if (work > MOST_WORK) throw new UnsupportedRegexError(`${expression} takes too long to match on a scrape source`);
    const matches = pattern.testExact(text);
    known.set(text, matches);
    return matches;
  };
}

function compiled(expression: string): RE2JS {
  try {
    return RE2JS.compile(expression, RE2JS.DOTALL);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new UnsupportedRegexError(`the regular expression ${expression} can't be read: ${error.message}`);
  }
}

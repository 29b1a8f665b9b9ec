/** How a label is compared; the regular expressions of `=~` and `!~` are RE2 and match the whole value. */
type MatchOperator = '=' | '!=' | '=~' | '!~';
export type Matcher = { readonly label: string; readonly operator: MatchOperator; readonly value: string };
/** Which series a structured SLI speaks of: a metric name and what its labels must be. */
export type Selector = { readonly name: string; readonly matchers: readonly Matcher[] };

/** The text is not a plain selector. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError';
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const OPERATOR = /=~|!~|!=|=/y;
const STRING = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`/y;
const SPACE = /[ \t\r\n]*/y;
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))/gu;
const ESCAPED: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

/**
 * Reads `name`, `name{label="value", …}` or `{__name__="name", …}`, in PromQL's syntax with its three kinds of string.
 * Anything beyond a selector (functions, ranges, offsets) is refused, so that nothing can be smuggled into a query.
 *
 * @throws SelectorError naming what was expected and where.
 */
export function parseSelector(text: string): Selector {
  const reader = new Reader(text);
  const name = reader.take(NAME);
  const matchers = reader.takes('{') ? readMatchers(reader) : [];
  reader.end();
  const [named, ...others] = matchers.filter(({ label }) => label === '__name__');
  if (name !== null && named === undefined) return { name, matchers };
  if (name !== null || others.length > 0 || named?.operator !== '=') {
    throw new SelectorError(`a selector needs a metric name, once and in full: ${text}`);
  }
  return { name: named.value, matchers: matchers.filter((matcher) => matcher !== named) };
}

/** The selector as PromQL. */
export function formatSelector(selector: Selector): string {
  if (selector.matchers.length === 0) return selector.name;
  const matchers = selector.matchers.map(({ label, operator, value }) => `${label}${operator}${quote(value)}`);
  return `${selector.name}{${matchers.join(',')}}`;
}

/** A PromQL string; what JSON escapes, PromQL reads alike. */
export function quote(value: string): string {
  return JSON.stringify(value);
}

function readMatchers(reader: Reader): readonly Matcher[] {
  const matchers: Matcher[] = [];
  while (!reader.takes('}')) {
    const label = reader.expect(LABEL, 'a label');
    // One of OPERATOR's four alternatives.
    const operator = reader.expect(OPERATOR, 'one of = != =~ !~') as MatchOperator;
    matchers.push({ label, operator, value: unquote(reader.expect(STRING, 'a quoted value')) });
    if (reader.takes(',')) continue;
    if (!reader.takes('}')) throw reader.error('"," or "}"');
    break;
  }
  return matchers;
}

function unquote(literal: string): string {
  const inner = literal.slice(1, -1);
  if (literal.startsWith('`')) return inner;
  return inner.replace(ESCAPE, (whole, hex, short, long, octal, single) => {
    if (single !== undefined) return ESCAPED[single] ?? refuseEscape(whole);
    const code = octal === undefined ? Number.parseInt(hex ?? short ?? long, 16) : Number.parseInt(octal, 8);
    // PromQL's \x and octal escapes are bytes: above ASCII they are a part of a character only.
    const isByte = hex !== undefined || octal !== undefined;
    const isScalar = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    return isScalar && !(isByte && code > 0x7f) ? String.fromCodePoint(code) : refuseEscape(whole);
  });
}

function refuseEscape(written: string): never {
  throw new SelectorError(`the escape ${written} can't be read`);
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.take(SPACE);
  }

  /** What the sticky pattern finds here, or null; the space behind it is skipped. */
  take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? null;
    if (found === null) return null;
    this.#at += found.length;
    if (pattern !== SPACE) this.take(SPACE);
    return found;
  }

  takes(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    this.take(SPACE);
    return true;
  }

  expect(pattern: RegExp, what: string): string {
    const found = this.take(pattern);
    if (found === null) throw this.error(what);
    return found;
  }

  end(): void {
    if (this.#at < this.#text.length) throw this.error('the end');
  }

  error(expected: string): SelectorError {
    return new SelectorError(`expected ${expected} at character ${this.#at + 1} of ${this.#text}`);
  }
}

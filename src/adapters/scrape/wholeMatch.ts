/** A regular expression that can't be matched here as Prometheus would match it, or not in bounded time. */
export class UnsupportedRegexError extends Error {
  override readonly name = 'UnsupportedRegexError';
}

/**
 * The engine backtracks, RE2 does not: with these bounds the worst expression and the longest value cost some tenths of a
 * second, where `(a+)+` would cost for ever. A longer value is refused as well.
 */
const MOST_REPEATS = 2;
const MOST_OPTIONALS = 8;
const LONGEST_VALUE = 1024;

/** What RE2 and JavaScript read alike, one token at a time. */
const TOKEN = new RegExp(
  [
    String.raw`(?<group>\((?:\?:)?)`,
    String.raw`(?<repeat>[*+]\??|\{\d{1,3}(?:,\d{0,3})?\}\??)`,
    String.raw`(?<optional>\?\??)`,
    String.raw`(?<end>\))`,
    String.raw`(?<atom>\\[dDwWsbBnrtfv]|\\[^a-zA-Z0-9]|\[\^?(?:\\[dDwWnrtfv]|\\[^a-zA-Z0-9]|[^\]\\[])+\]|[^\\[\]{}()*+?])`,
  ].join('|'),
  'uy',
);

/**
 * Whether the whole of a text matches an RE2 expression.
 *
 * @throws UnsupportedRegexError where the two engines differ or the work has no bound: inline flags, named classes,
 *   look-around, back-references, repeated groups, more repeats than `MOST_REPEATS`.
 */
export function wholeMatch(expression: string): (text: string) => boolean {
  const pattern = compiled(expression);
  return (text) => {
    if (text.length > LONGEST_VALUE) throw new UnsupportedRegexError(`a label value is longer than ${LONGEST_VALUE}`);
    return pattern.test(text);
  };
}

function compiled(expression: string): RegExp {
  const tokens = tokensOf(expression);
  const count = (kind: string) => tokens.filter((token) => token.kind === kind).length;
  const follows = (kind: string, before: string) =>
    tokens.some((token, index) => token.kind === kind && tokens[index - 1]?.kind === before);
  const refused =
    follows('repeat', 'end') ||
    follows('optional', 'group') ||
    count('repeat') > MOST_REPEATS ||
    count('optional') > MOST_OPTIONALS;
  if (refused) throw unsupported(expression);
  try {
    return new RegExp(`^(?:${tokens.map((token) => token.text).join('')})$`, 'su');
  } catch {
    throw unsupported(expression);
  }
}

function tokensOf(expression: string): readonly { readonly kind: string; readonly text: string }[] {
  const tokens: { kind: string; text: string }[] = [];
  for (let at = 0; at < expression.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const groups = TOKEN.exec(expression)?.groups;
    const [kind, text] = Object.entries(groups ?? {}).find(([, found]) => found !== undefined) ?? [];
    if (kind === undefined || text === undefined) throw unsupported(expression);
    tokens.push({ kind, text: kind === 'atom' ? inUnicodeMode(text) : text });
  }
  return tokens;
}

/** RE2 lets any punctuation be escaped, Unicode mode does not; `\s` is ASCII in RE2. */
function inUnicodeMode(atom: string): string {
  if (atom === String.raw`\s`) return String.raw`[\t\n\f\r ]`;
  return atom.replaceAll(/\\([^a-zA-Z0-9])/gu, (_, mark) => `\\u{${mark.codePointAt(0).toString(16)}}`);
}

function unsupported(expression: string): UnsupportedRegexError {
  return new UnsupportedRegexError(`the regular expression ${expression} can't be matched by a scrape source`);
}

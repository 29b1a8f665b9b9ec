import { canonicalText } from '../../domain/audit/canonicalText.ts';

/** The value of a line that is canonical JSON, byte for byte; else what is wrong with it. */
export type ReadLine = { readonly value: unknown } | { readonly fault: string };

/** Names said twice, other spacing, other order, other ways to write a number: all that a reader may take in two ways is refused. */
export function canonicalLine(text: string): ReadLine {
  try {
    const value: unknown = JSON.parse(text);
    if (canonicalText(value) === text) return { value };
  } catch (error) {
    if (error instanceof SyntaxError) return { fault: 'is not JSON' };
    // TypeError, RangeError: what canonical JSON can't say, or what nests too deep.
  }
  if (text.endsWith('\r')) return { fault: 'ends in CR LF: the file was changed, perhaps by a mail or an editor' };
  return { fault: 'is not canonical JSON (RFC 8785)' };
}

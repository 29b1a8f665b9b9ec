import { Refusal } from '../control/refusal.ts';

const strict = new TextDecoder('utf-8', { fatal: true });

/**
 * The text that the bytes of a body say, without a byte order mark. Bytes that are no UTF-8 are refused: a lenient reader puts U+FFFD
 * for each, and two different names would silently become one.
 */
export function utf8Text(bytes: Buffer): string {
  try {
    return strict.decode(bytes);
  } catch {
    throw new Refusal('MALFORMED_JSON', 'the body is not UTF-8');
  }
}

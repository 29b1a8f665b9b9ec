import { Refusal } from '../control/refusal.ts';
import { violation } from '../domain/contract/violation.ts';

/**
 * What is wrong with a path or query before anything reads it. A lone surrogate has no UTF-8: sent all the same, it is an
 * encoding that decodes to nothing.
 */
export function urlFault(url: string): Refusal | null {
  if (!url.includes('%')) return null;
  if (/%(?![0-9A-Fa-f]{2})/.test(url))
    return new Refusal('MALFORMED_URL', 'a percent sign begins two hexadecimal digits');
  return isStorable(url) ? null : textRefusal();
}

function isStorable(url: string): boolean {
  try {
    return !decodeURIComponent(url).includes('\0');
  } catch {
    return false;
  }
}

function textRefusal(): Refusal {
  const allowed = 'Unicode text without U+0000';
  const violations = [violation('TEXT', [], null, allowed, 'the URL holds U+0000 or half of a surrogate pair')];
  return new Refusal('SCHEMA', 'the path or query is not text that can be stored', { violations });
}

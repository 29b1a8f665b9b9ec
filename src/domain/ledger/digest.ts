import { hash } from 'node:crypto';
import { canonicalJson } from './canonicalJson.ts';

/** Lowercase hex SHA-256 of the text in UTF-8. */
export function sha256Hex(text: string): string {
  return hash('sha256', text, 'hex');
}

/** Lowercase hex SHA-256 of a value's canonical JSON. Throws where {@link canonicalJson} does. */
export function digestOf(value: unknown): string {
  return sha256Hex(canonicalJson(value));
}

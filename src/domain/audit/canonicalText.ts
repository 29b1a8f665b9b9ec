import { hash } from 'node:crypto';

/** Lowercase hex SHA-256 of the RFC 8785 text of a value. Throws TypeError for what JSON can't say, RangeError for what nests too deep. */
export function sha256OfJson(value: unknown): string {
  return hash('sha256', canonicalText(value), 'hex');
}

/** What needs no escape: most strings of a ledger. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** The RFC 8785 text of a value. Throws where `sha256OfJson` does. */
export function canonicalText(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return written(value);
  if (value === null || value === true || value === false) return `${value}`;
  if (Array.isArray(value)) return listText(value);
  if (typeof value === 'object') return membersText(value as Readonly<Record<string, unknown>>);
  throw new TypeError(`${typeof value} is no JSON`);
}

function quoted(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new TypeError('a lone surrogate is no text');
  return JSON.stringify(text);
}

function written(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`${value} is no JSON number`);
  // ECMAScript's own text, but of minus zero.
  return value === 0 ? '0' : `${value}`;
}

function listText(list: readonly unknown[]): string {
  let text = '[';
  for (let index = 0; index < list.length; index += 1) text += (index === 0 ? '' : ',') + canonicalText(list[index]);
  return `${text}]`;
}

/** `sort` without a comparison orders by UTF-16 code units, as RFC 8785 asks. */
function membersText(object: Readonly<Record<string, unknown>>): string {
  let text = '{';
  for (const name of Object.keys(object).sort()) {
    text += `${text.length === 1 ? '' : ','}${quoted(name)}:${canonicalText(object[name])}`;
  }
  return `${text}}`;
}

import { hash } from 'node:crypto';

/** Lowercase hex SHA-256 of the RFC 8785 text of a value. Throws TypeError for what JSON can't say, RangeError for what nests too deep. */
export function sha256OfJson(value: unknown): string {
  return hash('sha256', textOf(value), 'hex');
}

/** The same of an object without one of its members: what a seal is made over. */
export function sha256Without(object: Readonly<Record<string, unknown>>, member: string): string {
  return hash('sha256', membersText(object, member), 'hex');
}

/** What needs no escape: most strings of a ledger. */
const PLAIN = /^[ !#-[\]-~]*$/;

function textOf(value: unknown): string {
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
  for (let index = 0; index < list.length; index += 1) text += (index === 0 ? '' : ',') + textOf(list[index]);
  return `${text}]`;
}

/** Names as they are written; there are few, and they come again in every entry. */
const NAMES = new Map<string, string>();
const MOST_NAMES = 2000;

function nameText(name: string): string {
  const known = NAMES.get(name);
  if (known !== undefined) return known;
  const made = `${quoted(name)}:`;
  if (NAMES.size < MOST_NAMES) NAMES.set(name, made);
  return made;
}

/** By UTF-16 code units, as RFC 8785 asks: what `<` and `sort` without a comparison go by. */
function inOrder(names: string[]): readonly string[] {
  for (let index = 1; index < names.length; index += 1) {
    if ((names[index - 1] as string) > (names[index] as string)) return names.sort();
  }
  return names;
}

function membersText(object: Readonly<Record<string, unknown>>, without?: string): string {
  let text = '{';
  for (const name of inOrder(Object.keys(object))) {
    if (name === without) continue;
    text += (text.length === 1 ? '' : ',') + nameText(name) + textOf(object[name]);
  }
  return `${text}}`;
}

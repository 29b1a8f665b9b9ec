import { hash } from 'node:crypto';

/** Lowercase hex SHA-256 of the RFC 8785 text of a value. Throws TypeError for what JSON can't say, RangeError for what nests too deep. */
export function sha256OfJson(value: unknown): string {
  return hash('sha256', canonicalText(value), 'hex');
}

/** The same of an object without one of its members: what a seal is made over. */
export function sha256Without(object: Readonly<Record<string, unknown>>, member: string): string {
  const { [member]: _, ...others } = object;
  return sha256OfJson(others);
}

/** The RFC 8785 text of a value. Throws where `sha256OfJson` does. */
export function canonicalText(value: unknown): string {
  // What lies in order, as all that Sluice wrote does, is written right by the engine too, in a third of the time.
  return isInOrder(value) ? JSON.stringify(value) : textOf(value);
}

/** Whether nothing is in it but JSON, and the members of each object lie in the order of their UTF-16 code units. */
function isInOrder(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return value === null || typeof value === 'boolean';
  if (!Array.isArray(value)) return areInOrder(value as Readonly<Record<string, unknown>>);
  for (const each of value) if (!isInOrder(each)) return false;
  return true;
}

function areInOrder(object: Readonly<Record<string, unknown>>): boolean {
  let before = '';
  for (const name of Object.keys(object)) {
    if (name < before || !name.isWellFormed() || !isInOrder(object[name])) return false;
    before = name;
  }
  return true;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return written(value);
  if (value === null || value === true || value === false) return `${value}`;
  if (Array.isArray(value)) return listText(value);
  if (typeof value === 'object') return membersText(value as Readonly<Record<string, unknown>>);
  throw new TypeError(`${typeof value} is no JSON`);
}

function quoted(text: string): string {
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

/** `sort` without a comparison orders by UTF-16 code units, as RFC 8785 asks. */
function membersText(object: Readonly<Record<string, unknown>>): string {
  let text = '{';
  for (const name of Object.keys(object).sort()) {
    text += `${text.length === 1 ? '' : ','}${quoted(name)}:${textOf(object[name])}`;
  }
  return `${text}}`;
}

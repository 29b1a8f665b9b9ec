/**
 * RFC 8785 (JCS) text of a JSON value: keys in the order of their UTF-16 code units, numbers as ECMAScript prints them.
 *
 * @throws TypeError for whatever JSON can't say exactly: NaN, infinities, lone surrogates, `undefined` (a member that is not
 * there must be absent: one that silently vanished would give two different values one digest), functions, bigints, instances.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'string') return stringText(value);
  if (Array.isArray(value)) return `[${Array.from(value, canonicalJson).join(',')}]`;
  if (isPlainObject(value)) return objectText(value);
  throw new TypeError(`${describe(value)} has no place in canonical JSON`);
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`${value} has no place in canonical JSON`);
  return JSON.stringify(value);
}

function stringText(value: string): string {
  if (!value.isWellFormed()) throw new TypeError('a lone surrogate has no place in canonical JSON');
  return JSON.stringify(value);
}

function objectText(value: Readonly<Record<string, unknown>>): string {
  // `sort` without a comparison orders by UTF-16 code units, which is what RFC 8785 asks for; a locale's order would not be.
  const members = Object.keys(value)
    .sort()
    .map((key) => `${stringText(key)}:${canonicalJson(value[key])}`);
  return `{${members.join(',')}}`;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function describe(value: unknown): string {
  return typeof value === 'object' ? 'an instance of a class' : typeof value;
}

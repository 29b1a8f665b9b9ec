/** A member is not there, or is not of its kind. Whoever reads an entry tells of it as a finding. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

export type Members = Readonly<Record<string, unknown>>;

export const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads what came from outside, member by member: a chain may say anything. */
export function members(value: unknown, name: string): Members {
  if (!isMembers(value)) throw new Malformed(`\`${name}\` is no object`);
  return value;
}

export function list(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Malformed(`\`${name}\` is no list`);
  return value;
}

export function text(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new Malformed(`\`${name}\` is no text`);
  return value;
}

export function textOrNull(value: unknown, name: string): string | null {
  return value === null ? null : text(value, name);
}

export function whole(value: unknown, name: string): number {
  if (!Number.isSafeInteger(value)) throw new Malformed(`\`${name}\` is no whole number`);
  return value as number;
}

export function flag(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw new Malformed(`\`${name}\` is neither true nor false`);
  return value;
}

/** Epoch ms of an RFC 3339 time in UTC. */
export function instant(value: unknown, name: string): number {
  const ms = typeof value === 'string' && value.endsWith('Z') ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms)) throw new Malformed(`\`${name}\` is no time`);
  return ms;
}

/**
 * A JSON Schema without `readOnly`. Types that this program does not change are said so with the same word by which OpenAPI means
 * "never sent": generated clients would leave such members of a request out.
 */
export function writable<T>(schema: T): T {
  if (Array.isArray(schema)) return schema.map(writable) as T;
  if (typeof schema !== 'object' || schema === null) return schema;
  const members = Object.entries(schema).filter(([name, value]) => !(name === 'readOnly' && value === true));
  return Object.fromEntries(members.map(([name, value]) => [name, writable(value)])) as T;
}

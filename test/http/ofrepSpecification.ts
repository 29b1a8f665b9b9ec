import specification from './ofrepSchemas.json' with { type: 'json' };

/** An answer as it is sent. */
type Sent = {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** The body; null without one. */
  readonly text: string | null;
};

type Schema = Readonly<Record<string, unknown>>;
type Answers = Readonly<Record<string, Schema | null>>;

const FLAGS = '/ofrep/v1/evaluate/flags';
const SCHEMAS: Readonly<Record<string, Schema>> = specification.schemas;

/** What an answer to a lookup has that OFREP 0.3 does not allow, or has not that it asks for. Other answers are none of its business. */
export function unlikeOfrep(sent: Sent): readonly string[] {
  const path = sent.url.split('?', 1)[0] ?? '';
  if (sent.method !== 'POST' || !(path === FLAGS || path.startsWith(`${FLAGS}/`))) return [];
  const isSingle = path !== FLAGS;
  const answers: Answers = isSingle ? specification.answers.single : specification.answers.bulk;
  const schema = answers[sent.status];
  if (schema === undefined) return [`OFREP knows no status ${sent.status} here`];
  const body: unknown = sent.text === null || sent.text === '' ? undefined : JSON.parse(sent.text);
  return [
    ...(schema === null ? [] : faultsOf(schema, body, 'body')),
    ...headerFaults(sent, isSingle),
    // What the specification leaves open and Sluice promises.
    ...(isSingle && sent.status >= 400
      ? faultsOf({ type: 'object', required: ['key', 'errorCode', 'errorDetails'] }, body, 'body')
      : []),
  ];
}

function headerFaults({ status, headers }: Sent, isSingle: boolean): readonly string[] {
  const must = (name: string, form: RegExp) =>
    form.test(String(headers[name] ?? '')) ? [] : [`${name} is ${headers[name]}, which is not ${form}`];
  if (status === 304) return must('etag', /^"[0-9a-f]{64}"$/);
  return [
    ...must('content-type', /^application\/json(;|$)/),
    ...(status === 200 && !isSingle ? must('etag', /^"[0-9a-f]{64}"$/) : []),
    ...(status === 429 ? must('retry-after', /^[1-9]\d*$/) : []),
    ...(status === 401 ? must('www-authenticate', /^Bearer /) : []),
  ];
}

type Check = (wish: never, value: unknown, at: string, schema: Schema) => readonly string[];

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
};

/** The keywords that OFREP's schemas use. */
const KEYWORDS: Readonly<Record<string, Check>> = {
  $ref: (name: string, value, at) =>
    faultsOf(SCHEMAS[name.slice(name.lastIndexOf('/') + 1)] ?? unheardOf(name), value, at),
  type: (type: string, value, at) => (TYPES[type]?.(value) === true ? [] : [`${at} is no ${type}`]),
  enum: (values: readonly unknown[], value, at) =>
    values.includes(value) ? [] : [`${at} is none of ${values.join(', ')}`],
  required: (names: readonly string[], value, at) =>
    isObject(value) ? names.filter((name) => !Object.hasOwn(value, name)).map((name) => `${at} has no ${name}`) : [],
  properties: (members: Readonly<Record<string, Schema>>, value, at) =>
    Object.entries(members).flatMap(([name, schema]) =>
      isObject(value) && Object.hasOwn(value, name) ? faultsOf(schema, value[name], `${at}.${name}`) : [],
    ),
  additionalProperties: (wish: Schema | true, value, at, { properties }) => {
    if (wish === true || !isObject(value)) return [];
    const others = Object.keys(value).filter((name) => !Object.hasOwn(properties ?? {}, name));
    return others.flatMap((name) => faultsOf(wish, value[name], `${at}.${name}`));
  },
  items: (schema: Schema, value, at) =>
    Array.isArray(value) ? value.flatMap((item, index) => faultsOf(schema, item, `${at}[${index}]`)) : [],
  allOf: (schemas: readonly Schema[], value, at) => schemas.flatMap((schema) => faultsOf(schema, value, at)),
  // At least one: taken as it is written, none but `codeDefaultFlag` could hold, which admits every object, so that a flag with a value
  // always fits two; and 1 is an integer and a float.
  oneOf: (schemas: readonly Schema[], value, at) => {
    const faults = schemas.map((schema) => faultsOf(schema, value, at));
    return faults.some(({ length }) => length === 0) ? [] : [`${at} is none of: ${faults.map(String).join(' | ')}`];
  },
  not: (schema: Schema, value, at) => (faultsOf(schema, value, at).length > 0 ? [] : [`${at} is what it must not be`]),
  minimum: (least: number, value, at) => (Number(value) >= least ? [] : [`${at} is below ${least}`]),
  pattern: (pattern: string, value, at) => (new RegExp(pattern).test(String(value)) ? [] : [`${at} is not ${pattern}`]),
  format: () => [],
};

/** A keyword that nobody checks would let everything through: it is a mistake of this file. */
function faultsOf(schema: Schema, value: unknown, at: string): readonly string[] {
  return Object.entries(schema).flatMap(([keyword, wish]) => {
    const check = KEYWORDS[keyword] ?? unheardOf(keyword);
    return check(wish as never, value, at, schema);
  });
}

function unheardOf(name: string): never {
  throw new Error(`${name} is not known here`);
}

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type KeptView, ViewFileRefused } from '../../control/ports/viewFile.ts';
import { featureKeySchema } from '../../domain/feature/featureSchema.ts';
import { flagDocumentSchema } from '../../domain/feature/flagDocumentSchema.ts';
import { ROLES } from '../../domain/governance/role.ts';

const SCHEMA = 1;

const headSchema = z.strictObject({
  schema: z.literal(SCHEMA),
  environment: z.string(),
  asOf: z.iso.datetime(),
  writtenBy: z.literal('sluice'),
});
const flagSchema = z.strictObject({
  document: flagDocumentSchema,
  edits: z.strictObject({
    enabled: z.boolean().nullable(),
    internalOnly: z.boolean().nullable(),
    rolloutPercent: z.number().nullable(),
    paused: z.boolean().nullable(),
  }),
  editsAt: z.int().min(0),
});
const archivedSchema = z.strictObject({ feature: featureKeySchema, version: z.int().min(0) });
const tokenSchema = z.strictObject({
  tokenId: z.string(),
  hash: z.string(),
  subject: z.string(),
  roles: z.array(z.enum(ROLES)),
  features: z.array(z.string()).nullable(),
  createdAtMs: z.int(),
  expiresAtMs: z.int().nullable(),
});
const lineSchema = z.union([
  z.strictObject({ flag: flagSchema }),
  z.strictObject({ archived: archivedSchema }),
  z.strictObject({ token: tokenSchema }),
]);
const sealSchema = z.strictObject({ lines: z.int(), sha256: z.string() });
const schemaNumber = z.object({ schema: z.int() });

/** One line of JSON after the other, made as they are asked for; the last one seals the others. */
export function* viewLines(view: KeptView, environment: string): Generator<string> {
  const digest = createHash('sha256');
  let lines = 0;
  for (const member of membersOf(view, environment)) {
    const line = `${JSON.stringify(member)}\n`;
    digest.update(line);
    lines += 1;
    yield line;
  }
  yield `${JSON.stringify({ lines, sha256: digest.digest('hex') })}\n`;
}

function* membersOf({ asOfMs, flags, archived, tokens }: KeptView, environment: string): Generator<object> {
  yield { schema: SCHEMA, environment, asOf: new Date(asOfMs).toISOString(), writtenBy: 'sluice' };
  for (const flag of flags) yield { flag };
  for (const each of archived) yield { archived: each };
  for (const token of tokens) yield { token };
}

/** @throws ViewFileRefused with the reason: half written, damaged, of a newer schema, of another environment */
export function viewIn(text: string, environment: string): KeptView {
  const { head, body } = unsealed(text);
  if (head.environment !== environment) throw new ViewFileRefused(`it is of the environment ${head.environment}`);
  const members = body.map((line) => parsed(lineSchema, line));
  return {
    asOfMs: Date.parse(head.asOf),
    flags: members.flatMap((member) => ('flag' in member ? [member.flag] : [])),
    archived: members.flatMap((member) => ('archived' in member ? [member.archived] : [])),
    tokens: members.flatMap((member) => ('token' in member ? [member.token] : [])),
  };
}

function unsealed(text: string) {
  const [first = '', ...others] = text.split('\n').slice(0, -1);
  // A newer Sluice may seal in another way: its number is looked at first.
  const newer = schemaNumber.safeParse(jsonIn(first)).data?.schema ?? SCHEMA;
  if (newer > SCHEMA) throw new ViewFileRefused(`its schema ${newer} is newer`);
  const seal = sealSchema.safeParse(jsonIn(others.at(-1) ?? ''));
  if (!seal.success) throw new ViewFileRefused('it is half written');
  const body = others.slice(0, -1);
  const sealed = [first, ...body].map((line) => `${line}\n`).join('');
  const sha256 = createHash('sha256').update(sealed).digest('hex');
  if (seal.data.sha256 !== sha256 || seal.data.lines !== body.length + 1) throw new ViewFileRefused('it is damaged');
  return { head: parsed(headSchema, first), body };
}

function parsed<Member>(schema: z.ZodType<Member>, line: string): Member {
  const { data } = schema.safeParse(jsonIn(line));
  if (data === undefined) throw new ViewFileRefused('it has a line that is not understood');
  return data;
}

function jsonIn(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

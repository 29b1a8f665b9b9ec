import type { z } from 'zod';
import { type Path, type Violation, violation } from './violation.ts';

type Issue = z.core.$ZodIssue;
type UnionIssue = z.core.$ZodIssueInvalidUnion;

/** Every mistake that a schema found (`reportInput: true`), with unions resolved to the branch that was meant. */
export function schemaViolations(issues: readonly Issue[], above: Path = []): readonly Violation[] {
  return issues.flatMap((issue) => violationsOf(issue, [...above, ...issue.path]));
}

function violationsOf(issue: Issue, at: Path): readonly Violation[] {
  if (issue.code === 'invalid_union') return unionViolations(issue, at);
  if (issue.code === 'unrecognized_keys') {
    const input: Readonly<Record<string, unknown>> = issue.input ?? {};
    return issue.keys.map((key) =>
      violation('SCHEMA', [...at, key], input[key], 'no such field', 'is an unknown field'),
    );
  }
  // What is wrong is the name itself, and by which rule its own issues say.
  if (issue.code === 'invalid_key') return schemaViolations(issue.issues, at);
  const allowed = allowedBy(issue);
  return [violation('SCHEMA', at, issue.input ?? received(issue), allowed, messageOf(issue, allowed))];
}

function messageOf(issue: Issue, allowed: string): string {
  if (issue.input === undefined && received(issue) === undefined) return `is missing: ${allowed} is required`;
  return hasOwnMessage(issue) ? issue.message : `must be ${allowed}`;
}

/** Written beside the rule, for whoever breaks it. */
const hasOwnMessage = (issue: Issue) =>
  issue.code === 'custom' || (issue.code === 'invalid_format' && FORMAT_NAMES[issue.format] === undefined);

/** JSON has no such number, but `1e999` is read as one; zod then leaves the input out of its report. */
function received(issue: Issue): unknown {
  return 'received' in issue ? issue.received : undefined;
}

function allowedBy(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPE_NAMES[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return alternatives(issue.values);
    case 'too_small':
      return `${issue.inclusive === false ? 'above' : 'at least'} ${amount(issue.minimum, issue.origin)}`;
    case 'too_big':
      return `${issue.inclusive === false ? 'below' : 'at most'} ${amount(issue.maximum, issue.origin)}`;
    case 'invalid_format':
      return FORMAT_NAMES[issue.format] ?? withoutMust(issue.message);
    default:
      return withoutMust(issue.message);
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};
const FORMAT_NAMES: Readonly<Record<string, string>> = { datetime: 'a time as in RFC 3339, like 2026-11-20T12:00:00Z' };
const UNITS: Readonly<Record<string, string>> = { string: 'character', array: 'item' };

const withoutMust = (message: string) => message.replace(/^must be /, '');

function amount(count: number | bigint, origin: string): string {
  const unit = UNITS[origin];
  if (unit === undefined) return String(count);
  return Number(count) === 1 ? `1 ${unit}` : `${count} ${unit}s`;
}

const alternatives = (values: readonly unknown[]) => values.map((value) => `\`${String(value)}\``).join(' or ');

function unionViolations(issue: UnionIssue, at: Path): readonly Violation[] {
  const branches = issue.errors;
  if (branches.length === 0) return [noSuchKind(issue, at)];
  const ofItsType = branches.filter((branch) => !branch.some(isMismatchAtRoot));
  if (ofItsType.length === 0) {
    const allowed = [...new Set(branches.flatMap((branch) => branch.filter(isMismatchAtRoot).map(allowedBy)))].join(
      ' or ',
    );
    return [violation('SCHEMA', at, issue.input, allowed, `must be ${allowed}`)];
  }
  const closest = ofItsType.toSorted(
    (one, other) => strangeness(one) - strangeness(other) || one.length - other.length,
  );
  return schemaViolations(closest[0] ?? [], at);
}

function noSuchKind(issue: UnionIssue, at: Path): Violation {
  const allowed = alternatives('options' in issue ? (issue.options ?? []) : []);
  const input: unknown = issue.input;
  const found = isRecord(input) ? input[issue.discriminator ?? ''] : input;
  return violation('SCHEMA', at, found, allowed, `must be ${allowed}`);
}

const isMismatchAtRoot = (issue: Issue) =>
  issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');

/** How many fields a branch of a union has never heard of: the one that was meant knows the most. */
function strangeness(branch: readonly Issue[]): number {
  return branch.reduce((strange, issue) => strange + strangeFields(issue), 0);
}

function strangeFields(issue: Issue): number {
  if (issue.code === 'unrecognized_keys') return issue.keys.length;
  if (issue.code !== 'invalid_union' || issue.errors.length > 0 || !isRecord(issue.input)) return 0;
  // Without a discriminator that it knows, a branch reads no field at all.
  return Object.keys(issue.input).length;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

import type { EvaluationContext } from '../../src/domain/feature/context.ts';
import type { Evaluation } from '../../src/domain/feature/evaluation.ts';
import { documentOf, grantOf } from '../domain/feature/documents.ts';
import type { ServerUnderTest } from './serverUnderTest.ts';
import type { WiredAnswer } from './wire.ts';

export const FLAGS = '/ofrep/v1/evaluate/flags';
const LIVE = { rolloutId: 'r-1', stage: 'canary', whenStale: 'close', grant: 0 } as const;
export const FEATURES = ['split', 'scoped', 'capped', 'needing'] as const;
export const DOCUMENTS = [
  documentOf({ feature: 'split', grants: [grantOf(50)], live: LIVE }),
  documentOf({ feature: 'scoped', grants: [grantOf(100, { groups: ['internal'], regions: ['eu'] })] }),
  documentOf({ feature: 'capped', grants: [grantOf(100)], caps: { acme: 0 }, variants: { on: { a: 1 }, off: {} } }),
  documentOf({ feature: 'needing', grants: [grantOf(100)], prerequisites: [{ feature: 'split', variant: 'on' }] }),
];

/** By the letter of the issue, one rule after the other. */
export function expected({ application: { flags } }: ServerUnderTest, path: string | null, bytes: Buffer): unknown {
  const given = bodyIn(bytes);
  const key = path === null ? null : decoded(path);
  const failed = (errorCode: string) => (key === null ? { errorCode } : { key, errorCode });
  // What nothing is routed at, and what is no encoding, is told before the body is read.
  if (key !== null && (path?.includes('/') || decodable(path) === null || (path?.length ?? 0) > 3072))
    return failed('FLAG_NOT_FOUND');
  if (given === null) return failed('PARSE_ERROR');
  const read = contextOf(given.has('context') ? given.get('context') : {});
  if (read === null) return failed('INVALID_CONTEXT');
  if (key !== null) return said(key, flags.evaluate(key, read));
  return FEATURES.toSorted().map((feature) => said(feature, flags.evaluate(feature, read)));
}

const isText = (value: unknown) =>
  typeof value === 'string' && value.length <= 4096 && value.isWellFormed() && !value.includes('\0');
const isGroups = (value: unknown) => Array.isArray(value) && value.length <= 1000 && value.every(isText);

/** What of a context evaluation knows; null where that is no text, or no list of texts. */
function contextOf(given: unknown): EvaluationContext | null {
  const members = membersOf(given);
  if (members === null) return null;
  const known = ['targetingKey', 'workspaceId', 'region', 'tier'].map((attribute) => members.get(attribute) ?? null);
  const groups = members.get('groups') ?? [];
  if (!known.every((value) => value === null || isText(value)) || !isGroups(groups)) return null;
  const [targetingKey, workspaceId, region, tier] = known as (string | null)[];
  return {
    targetingKey: targetingKey || null,
    workspaceId: workspaceId || null,
    groups: groups as string[],
    region: region ?? null,
    tier: tier ?? null,
  };
}

/** Of an object; a map has no prototype to reach for. */
const membersOf = (value: unknown): ReadonlyMap<string, unknown> | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : null;

const said = (key: string, answer: Evaluation) =>
  answer.kind === 'failed'
    ? { key, errorCode: answer.errorCode }
    : { key, variant: answer.variant, reason: answer.reason };

/** What an answer says, as far as it is expected. */
export function saidBy({ text: whole }: WiredAnswer): unknown {
  const { key, variant, reason, errorCode, flags } = JSON.parse(whole);
  if (flags !== undefined)
    return flags.map((flag: object) => saidBy({ status: 200, headers: {}, text: JSON.stringify(flag) }));
  return JSON.parse(JSON.stringify({ key, variant, reason, errorCode }));
}

/** The object that these bytes say in UTF-8 and JSON; null where they say none. */
function bodyIn(bytes: Buffer): ReadonlyMap<string, unknown> | null {
  const whole = bytes.toString('utf8');
  if (!Buffer.from(whole).equals(bytes)) return null;
  try {
    return membersOf(JSON.parse(whole.replace(/^\ufeff/, '')));
  } catch {
    return null;
  }
}

function decodable(path: string | null): string | null {
  try {
    return decodeURIComponent(path ?? '');
  } catch {
    return null;
  }
}
const decoded = (path: string) => decodable(path) ?? path;

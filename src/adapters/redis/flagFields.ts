import { z } from 'zod';
import { featureKeySchema } from '../../domain/feature/featureSchema.ts';
import type { FlagDocument } from '../../domain/feature/flagDocument.ts';
import { flagDocumentSchema } from '../../domain/feature/flagDocumentSchema.ts';
import type { HandFields } from '../../domain/feature/handFields.ts';
import type { StoredFlag } from '../../domain/feature/storedFlag.ts';
import { booleanOf, percentOf } from './handText.ts';

/** The fields of a flag's hash. The first four may be changed by hand. */
export const FIELD_NAMES = ['enabled', 'internal_only', 'rollout_percent', 'paused', 'version', 'document'] as const;

/** Their texts, in that order; null where missing. */
export type FlagFields = readonly (string | null)[];

/** No document that Sluice writes comes near it; a larger one is not even fetched: reading it would keep lookups waiting. */
export const LARGEST_DOCUMENT_BYTES = 4 * 1024 * 1024;
/** Stands for the text of a larger one. */
export const TOO_LARGE = '\u0000too large';

const PREFIX = 'flags:';
export const REVISION_KEY = 'flags:revision';
export const CHANGED_CHANNEL = 'flags:changed';
/** No feature's: their keys don't begin with a point. */
export const REHEARSAL_PREFIX = '.rehearsal:';

export const flagKey = (feature: string) => `${PREFIX}${feature}`;

/** The feature whose flag lies at a key; null for the counter, the rehearsal and strangers. */
export function featureAt(key: string): string | null {
  return featureKeySchema.safeParse(key.slice(PREFIX.length)).data ?? null;
}

/** An archived feature is a hash with an empty document. */
export function fieldsOf(flag: Exclude<StoredFlag, { kind: 'unreadable' }>): readonly string[] {
  if (flag.kind === 'archived') return ['false', 'false', '0', 'false', String(flag.version), ''];
  const { document, hand } = flag;
  return [
    String(hand.enabled ?? false),
    String(hand.internalOnly ?? false),
    String(hand.rolloutPercent ?? 0),
    String(hand.paused ?? false),
    String(document.version),
    JSON.stringify(document),
  ];
}

/** What a hash means; null where there is none. */
export function storedFlagOf(feature: string, fields: FlagFields): StoredFlag | null {
  if (fields.every((text) => text === null)) return null;
  const [enabled = null, internalOnly = null, percent = null, paused = null, versionText = null, text = null] = fields;
  const version = /^\d{1,15}$/.test(versionText ?? '') ? Number(versionText) : null;
  if (text === '' && version !== null) return { kind: 'archived', feature, version };
  const hand: HandFields = {
    enabled: booleanOf(enabled),
    internalOnly: booleanOf(internalOnly),
    rolloutPercent: percentOf(percent),
    paused: booleanOf(paused),
  };
  const read = readDocument(feature, version, text);
  if (read.kind === 'flag') return { kind: 'flag', feature, document: read.document, hand };
  return { kind: 'unreadable', feature, version: version ?? 0, newerSchema: read.newerSchema, fault: read.fault, hand };
}

/** The hand fields that say nothing that can be understood, for people; null where all is well. */
export function handFault(fields: FlagFields): string | null {
  const [enabled = null, internalOnly = null, percent = null, paused = null] = fields;
  const unclear = [
    booleanOf(enabled) === null ? 'enabled' : null,
    booleanOf(internalOnly) === null ? 'internal_only' : null,
    percentOf(percent) === null ? 'rollout_percent' : null,
    booleanOf(paused) === null ? 'paused' : null,
  ].filter((name) => name !== null);
  return unclear.length === 0 ? null : `not understood, so not heeded: ${unclear.join(', ')}`;
}

type Read =
  | { readonly kind: 'flag'; readonly document: FlagDocument }
  | { readonly kind: 'fault'; readonly fault: string; readonly newerSchema: boolean };

const KNOWN_SCHEMA = 1;
const schemaNumber = z.object({ schema: z.int().gt(KNOWN_SCHEMA) });

function readDocument(feature: string, version: number | null, text: string | null): Read {
  if (text === null) return { kind: 'fault', fault: 'no document', newerSchema: false };
  if (text === TOO_LARGE) return { kind: 'fault', fault: 'the document is larger than 4 MiB', newerSchema: false };
  const json = parseJson(text);
  const newer = schemaNumber.safeParse(json);
  if (newer.success) return { kind: 'fault', fault: `schema ${newer.data.schema} is newer`, newerSchema: true };
  const document = flagDocumentSchema.safeParse(json).data;
  if (document === undefined) return { kind: 'fault', fault: 'not a flag document', newerSchema: false };
  // Half written, or moved by hand: what the hash says and what its document says must be one.
  if (document.feature !== feature || document.version !== version) {
    return { kind: 'fault', fault: 'the document is of another feature or version', newerSchema: false };
  }
  return { kind: 'flag', document };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

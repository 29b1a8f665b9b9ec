import type { FlagDocument } from '../domain/feature/flagDocument.ts';
import { isRecord, type JsonRecord } from './jsonRecord.ts';
import { readDocument } from './readDocument.ts';

/** What the stream of flag changes tells a reader of documents. `tag`: of all documents, once this one is taken. */
export type StreamEvent =
  | { readonly kind: 'flag'; readonly feature: string; readonly document: FlagDocument | null; readonly tag: string }
  | { readonly kind: 'alive'; readonly ageMs: number; readonly tag: string }
  | { readonly kind: 'refetch'; readonly tag: string }
  /** Something that this package can't read, of a later Sluice or damaged: what was known goes on serving. */
  | { readonly kind: 'unreadable'; readonly feature: string; readonly tag: string | null };

const NOTHING_LEGIBLE: StreamEvent = { kind: 'unreadable', feature: 'unknown', tag: null };

/** Null for an event of another concern, which is nobody's business here. */
export function readStreamEvent(data: string): StreamEvent | null {
  const json = parsed(data);
  if (!isRecord(json)) return NOTHING_LEGIBLE;
  const { type, etag, ...said } = json;
  if (type !== 'flag' && type !== 'alive' && type !== 'refetchEvaluation') return null;
  if (typeof etag !== 'string') return NOTHING_LEGIBLE;
  if (type === 'refetchEvaluation') return { kind: 'refetch', tag: etag };
  return type === 'alive' ? aliveOf(said, etag) : flagOf(said, etag);
}

function aliveOf({ ageMilliseconds: ageMs }: JsonRecord, tag: string): StreamEvent {
  // JSON has no infinity: a view that was never refreshed may say null.
  if (ageMs === null) return { kind: 'alive', ageMs: Number.POSITIVE_INFINITY, tag };
  return typeof ageMs === 'number' && ageMs >= 0 ? { kind: 'alive', ageMs, tag } : NOTHING_LEGIBLE;
}

function flagOf({ feature, document: told }: JsonRecord, tag: string): StreamEvent {
  if (typeof feature !== 'string') return NOTHING_LEGIBLE;
  if (told === null) return { kind: 'flag', feature, document: null, tag };
  const document = readDocument(told);
  if (document?.feature !== feature) return { kind: 'unreadable', feature, tag };
  return { kind: 'flag', feature, document, tag };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

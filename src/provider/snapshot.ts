import type { FlagDocument } from '../domain/feature/flagDocument.ts';
import { isRecord } from './jsonRecord.ts';
import { readDocument } from './readDocument.ts';

/** All flags as one server serves them, and for how long they may be trusted unheard. */
export type Snapshot = {
  readonly staleAfterMs: number;
  readonly documents: readonly FlagDocument[];
  /** Features whose documents can't be read here: of each the last good one goes on serving. */
  readonly unreadable: readonly string[];
};

/** What `GET /v1/snapshot` says; null where it is no snapshot. */
export function readSnapshot(json: unknown): Snapshot | null {
  if (!isRecord(json)) return null;
  const { schema, staleAfterSeconds, flags } = json;
  if (schema !== 1 || typeof staleAfterSeconds !== 'number' || !Array.isArray(flags)) return null;
  const documents: FlagDocument[] = [];
  const unreadable: string[] = [];
  for (const flag of flags) {
    const document = readDocument(flag);
    if (document !== null) documents.push(document);
    else unreadable.push(isRecord(flag) && typeof flag['feature'] === 'string' ? flag['feature'] : 'unknown');
  }
  return { staleAfterMs: staleAfterSeconds * 1000, documents, unreadable };
}

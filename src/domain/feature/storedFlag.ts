import type { FlagDocument } from './flagDocument.ts';
import type { HandFields } from './handFields.ts';

/** What a flag store holds of one feature. */
export type StoredFlag =
  /** A document, and the hand fields as they are now. */
  | {
      readonly kind: 'flag';
      readonly feature: string;
      readonly document: FlagDocument;
      readonly hand: HandFields;
    }
  /** Something that can't be read: the last good document goes on serving, under these hand fields. */
  | {
      readonly kind: 'unreadable';
      readonly feature: string;
      /** As far as it can be told, else 0. */
      readonly version: number;
      /** True where a newer Sluice wrote it: then it is no damage to be repaired. */
      readonly newerSchema: boolean;
      readonly fault: string;
      readonly hand: HandFields;
    }
  /** The feature was archived at this version; kept, so that a late writer can't bring it back. */
  | { readonly kind: 'archived'; readonly feature: string; readonly version: number };

/** What is left of a feature that is archived at `version`: never older than what was stored. */
export function archivedOver(
  stored: StoredFlag | null,
  feature: string,
  version: number,
): Extract<StoredFlag, { kind: 'archived' }> {
  const storedVersion = stored === null ? 0 : stored.kind === 'flag' ? stored.document.version : stored.version;
  return { kind: 'archived', feature, version: Math.max(version, storedVersion) };
}

import type { FlagDocument } from './flagDocument.ts';
import { type HandFields, loweredByHand, UNTOUCHED } from './handFields.ts';
import { lowers } from './lowering.ts';

/** What a hand was seen to have changed beside the document of this version; null fields were not. */
export type SeenEdits = { readonly version: number; readonly edits: HandFields };

/**
 * What holds beside a document where a hand was seen to change it, and the store says something else of it now: whatever lowers goes on
 * lowering. A store that has forgotten an edit, or an old number written back, lifts nothing; the ledger does, by a newer version.
 * `paused` exposes and closes nothing: there the last word counts.
 */
export function heldEdits(document: FlagDocument, seen: HandFields, told: HandFields): HandFields {
  const isHeld = (edit: Partial<HandFields>) => lowers(loweredByHand(document, { ...UNTOUCHED, ...edit }), document);
  const { enabled, internalOnly, rolloutPercent } = seen;
  return {
    enabled: isHeld({ enabled }) ? enabled : told.enabled,
    internalOnly: isHeld({ internalOnly }) ? internalOnly : told.internalOnly,
    rolloutPercent:
      rolloutPercent !== null && isHeld({ rolloutPercent })
        ? Math.min(rolloutPercent, told.rolloutPercent ?? rolloutPercent)
        : told.rolloutPercent,
    paused: told.paused,
  };
}

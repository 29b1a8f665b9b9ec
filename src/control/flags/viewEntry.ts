import type { FlagDocument } from '../../domain/feature/flagDocument.ts';
import { editsOf, type HandFields, loweredByHand } from '../../domain/feature/handFields.ts';
import { heldEdits } from '../../domain/feature/heldEdits.ts';
import { isLowering } from '../../domain/feature/lowering.ts';

/** A document as it was published, and what was changed by hand beside it; null fields were not. */
export type Told = { readonly document: FlagDocument; readonly edits: HandFields };

/** What a view keeps of a feature; `served` is the lower of both, which lookups get. */
export type Entry = Told & { readonly served: FlagDocument };

export function entryOf({ document, edits }: Told): Entry {
  return { document, edits, served: loweredByHand(document, edits) };
}

/** The edits that hold from now on: once a document of a newer version is there, the ledger has dealt with those before it. */
export function editsBeside(entry: Told | undefined, document: FlagDocument, hand: HandFields): HandFields {
  const told = editsOf(document, hand);
  if (entry === undefined || document.version > entry.document.version) return told;
  return heldEdits(entry.document, entry.edits, told);
}

/** What the store holds, unless that is older than what the view has, or wider at the same version. */
export function newerOf(known: FlagDocument | undefined, stored: FlagDocument): FlagDocument {
  if (known === undefined || stored.version > known.version) return stored;
  return stored.version === known.version && isLowering(stored, known) ? stored : known;
}

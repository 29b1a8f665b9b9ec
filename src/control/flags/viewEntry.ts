import type { FlagDocument } from '../../domain/feature/flagDocument.ts';
import { editsOf, type HandFields, loweredByHand, UNTOUCHED } from '../../domain/feature/handFields.ts';
import { heldEdits } from '../../domain/feature/heldEdits.ts';
import { isLowering } from '../../domain/feature/lowering.ts';

/** What a hand was seen to have changed in the store, and the version of the document that lay beside it there; null fields were not. */
export type ByHand = { readonly edits: HandFields; readonly editsAt: number };

/** A document as it was published, and what was changed by hand. Fed by the ledger, the document may be newer than what the hand changed. */
export type Told = ByHand & { readonly document: FlagDocument };

/** What a view keeps of a feature; `served` is the lower of both, which lookups get. */
export type Entry = Told & { readonly served: FlagDocument };

export function entryOf({ document, edits, editsAt }: Told): Entry {
  return { document, edits, editsAt, served: loweredByHand(document, edits) };
}

/** The edits that hold from now on: once a document of a newer version is in the store, the ledger has dealt with those before it. */
export function editsBeside(entry: Told | undefined, document: FlagDocument, hand: HandFields): ByHand {
  const told = editsOf(document, hand);
  if (entry === undefined || document.version > entry.editsAt) return { edits: told, editsAt: document.version };
  return editsHeld(entry, told);
}

/** Nobody can tell beside which document these were: what was seen to lower holds. */
export const editsBesideNone = (entry: Told, hand: HandFields): ByHand =>
  editsHeld(entry, editsOf(entry.document, hand));

const editsHeld = ({ document, edits, editsAt }: Told, told: HandFields): ByHand => ({
  edits: heldEdits(document, edits, told),
  editsAt,
});

export const untouched = ({ version }: FlagDocument): ByHand => ({ edits: UNTOUCHED, editsAt: version });

/** What the store holds, unless that is older than what the view has, or wider at the same version. */
export function newerOf(known: FlagDocument | undefined, stored: FlagDocument): FlagDocument {
  if (known === undefined || stored.version > known.version) return stored;
  return stored.version === known.version && isLowering(stored, known) ? stored : known;
}

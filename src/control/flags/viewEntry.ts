import type { FlagDocument } from '../../domain/feature/flagDocument.ts';
import { editsOf, type HandFields, loweredByHand, UNTOUCHED } from '../../domain/feature/handFields.ts';
import { heldEdits } from '../../domain/feature/heldEdits.ts';
import { isLowering } from '../../domain/feature/lowering.ts';

/**
 * A document as it was published, and what a hand was seen to have changed in the store, beside a document of the version `editsAt`; null
 * fields were not. Fed by the ledger, the document may be newer than that.
 */
export type Told = { readonly document: FlagDocument; readonly edits: HandFields; readonly editsAt: number };

/** What a view keeps of a feature; `served` is the lower of both, which lookups get. */
export type Entry = Told & { readonly served: FlagDocument };

export function entryOf({ document, edits, editsAt }: Told): Entry {
  return { document, edits, editsAt, served: loweredByHand(document, edits) };
}

export const untouched = (document: FlagDocument): Told => ({ document, edits: UNTOUCHED, editsAt: document.version });

/** The edits that hold from now on: once a document of a newer version is in the store, the ledger has dealt with those before it. */
export function editsBeside(entry: Told | undefined, document: FlagDocument, hand: HandFields): Told {
  const edits = editsOf(document, hand);
  if (entry === undefined || document.version > entry.editsAt) return { document, edits, editsAt: document.version };
  return { ...editsKept(entry, edits), document };
}

/** Nobody can tell beside which document `told` lies: what was seen to lower holds. */
export function editsKept({ document, edits, editsAt }: Told, told: HandFields): Told {
  return { document, edits: heldEdits(document, edits, told), editsAt };
}

/** The same where they were seen before a restart, and nothing but the document is known since. */
export const heardOf = ({ document, edits }: Told, before: Omit<Told, 'document'>): Told =>
  editsKept({ ...before, document }, edits);

/** What the store holds, unless that is older than what the view has, or wider at the same version. */
export function newerOf(known: FlagDocument | undefined, stored: FlagDocument): FlagDocument {
  if (known === undefined || stored.version > known.version) return stored;
  return stored.version === known.version && isLowering(stored, known) ? stored : known;
}

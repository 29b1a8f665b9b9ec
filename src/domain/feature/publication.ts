import { type FlagDocument, largestReach } from './flagDocument.ts';
import { editsOf, type HandFields, handFieldsOf, sameHandFields, UNTOUCHED } from './handFields.ts';
import { heldEdits, type SeenEdits } from './heldEdits.ts';
import { isLowering } from './lowering.ts';
import { sameJson } from './sameJson.ts';
import type { StoredFlag } from './storedFlag.ts';

/** `closing`: somebody takes exposure back, whatever the versions. `derived`: the ledger's newest, told once more. */
export type PublishReason = 'closing' | 'derived';

/** What becomes of a document that is to be published over what is stored. */
export type Publication =
  | { readonly outcome: 'stored'; readonly flag: Extract<StoredFlag, { kind: 'flag' }> }
  | { readonly outcome: 'unchanged' | 'stale' | 'edited'; readonly version: number };

/** What the writer knows of hand fields. */
export type HandKnowledge = {
  /** As they were read before the edit in them was adopted: they are then written over. */
  readonly adopted?: HandFields;
  /** Changed by hand as far as lookups have seen it: what lowers is written down again where the store has lost it. */
  readonly seen?: SeenEdits;
};

/**
 * The law of every flag store, over one feature:
 * - a higher version is taken, but of a closing that lowers nothing; so is any lowering of what is stored, which then gets the higher of
 *   both versions + 1;
 * - `unchanged` where the same is stored already, or what exposes what a closing wants, `stale` for anything else of no higher version;
 * - `edited`, and nothing is written, where the hand fields are not those of the stored document and `next` is no lowering:
 *   the controller adopts the edit first, then publishes with `adopted`, the fields that it has seen;
 * - a lowering is taken over an edit, and leaves what the hand has lowered as low: closing needs nothing;
 * - `paused` is the hand's alone, and is left as found;
 * - an edit that lowers and was `seen` beside this version or a newer one is put back where it is missing: a store that forgets lifts
 *   nothing. Where the document is gone too, nobody can tell what the ledger has made of the edit since, and it holds;
 * - a document that is only `derived` from the ledger lowers nothing behind the stored version: it may have been read before
 *   an opening that was published since, and would take that back though nobody asked.
 */
export function publicationOf(
  next: FlagDocument,
  stored: StoredFlag | null,
  why: PublishReason,
  known: HandKnowledge = {},
): Publication {
  if (stored === null) return taken(next, afterLoss(next, UNTOUCHED, known));
  switch (stored.kind) {
    case 'archived':
      return next.version > stored.version ? taken(next, UNTOUCHED) : { outcome: 'stale', version: stored.version };
    case 'unreadable':
      return overUnreadable(next, stored, known);
    case 'flag':
      return overFlag(next, stored, why, known);
  }
}

function overFlag(
  next: FlagDocument,
  { document, hand }: Extract<StoredFlag, { kind: 'flag' }>,
  why: PublishReason,
  { adopted, seen }: HandKnowledge,
): Publication {
  const isAdopted = adopted !== undefined && sameHandFields(adopted, hand);
  const isEdited = !isAdopted && !sameHandFields(withoutPause(hand), withoutPause(handFieldsOf(document)));
  const { version } = document;
  const lasting = lowerOf(editsOf(document, hand), document, next);
  const held = seen !== undefined && seen.version >= version ? heldEdits(next, seen.edits, lasting) : lasting;
  const edits = isAdopted ? { ...UNTOUCHED, paused: hand.paused } : held;
  if (isSame(next, document)) return overSame(next, hand, edits, isEdited);
  if (next.version <= version) {
    if (why === 'derived' || !isLowering(next, document)) return { outcome: 'stale', version };
    // The same people are met already: the closing is done, whoever did it.
    if (isLowering(document, next) && sameJson(next.live, document.live)) return { outcome: 'unchanged', version };
    return taken({ ...next, version: version + 1 }, edits);
  }
  if (isEdited && !isLowering(next, document)) return { outcome: 'edited', version };
  // Whoever closes from old knowledge counts versions from there, and may have counted past a closing that it has not heard of.
  if (why === 'closing' && !isLowering(next, document)) return { outcome: 'stale', version };
  return taken(next, edits);
}

/** Told again: nothing to do but to put back hand fields whose edit was adopted. */
function overSame(next: FlagDocument, hand: HandFields, edits: HandFields, isEdited: boolean): Publication {
  if (isEdited) return { outcome: 'edited', version: next.version };
  const publication = taken(next, edits);
  if (publication.outcome === 'stored' && !sameHandFields(publication.flag.hand, hand)) return publication;
  return { outcome: 'unchanged', version: next.version };
}

function overUnreadable(
  next: FlagDocument,
  stored: Extract<StoredFlag, { kind: 'unreadable' }>,
  known: HandKnowledge,
): Publication {
  const { hand, version } = stored;
  // Which fields were changed by hand can't be told without the document: every one that lowers counts as such.
  const left: HandFields = {
    enabled: hand.enabled === false ? false : null,
    internalOnly: hand.internalOnly === true ? true : null,
    rolloutPercent: hand.rolloutPercent === null ? null : Math.min(hand.rolloutPercent, percentOf(next)),
    paused: hand.paused,
  };
  const edits = afterLoss(next, left, known);
  if (next.version > version || (next.version === version && !stored.newerSchema)) return taken(next, edits);
  const closesAll = next.killed || largestReach(next) === 0;
  return closesAll ? taken({ ...next, version: version + 1 }, edits) : { outcome: 'stale', version };
}

/** What is left of the fields, and what was seen of those that are lost. */
function afterLoss(next: FlagDocument, left: HandFields, { seen }: HandKnowledge): HandFields {
  if (seen === undefined) return left;
  return heldEdits(next, seen.edits, { ...left, paused: left.paused ?? seen.edits.paused });
}

/** The flag to be written: the document, and its own hand fields where no edit stands against them. */
function taken(document: FlagDocument, edits: HandFields): Publication {
  const own = handFieldsOf(document);
  const hand: HandFields = {
    enabled: edits.enabled ?? own.enabled,
    internalOnly: edits.internalOnly ?? own.internalOnly,
    rolloutPercent: edits.rolloutPercent ?? own.rolloutPercent,
    paused: edits.paused ?? own.paused,
  };
  return { outcome: 'stored', flag: { kind: 'flag', feature: document.feature, document, hand } };
}

/** A percentage lowered by hand stays as low, but is no raise once the document itself has gone below it. */
function lowerOf(edits: HandFields, stored: FlagDocument, next: FlagDocument): HandFields {
  if (edits.rolloutPercent === null || edits.rolloutPercent > percentOf(stored)) return edits;
  return { ...edits, rolloutPercent: Math.min(edits.rolloutPercent, percentOf(next)) };
}

/** It exposes and closes nothing: no edit that anything has to wait for. */
const withoutPause = (hand: HandFields): HandFields => ({ ...hand, paused: null });

const percentOf = (document: FlagDocument) => handFieldsOf(document).rolloutPercent ?? 0;

/** Told at another time, it is still the same. */
const isSame = (next: FlagDocument, stored: FlagDocument) =>
  sameJson({ ...next, revisionAt: stored.revisionAt }, stored);

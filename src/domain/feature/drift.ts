import { closedOver } from './closedOver.ts';
import type { Exposure, FlagDocument } from './flagDocument.ts';
import { type Grants, isNoWider } from './grants.ts';
import { editsOf, type HandFields, handFieldsOf, loweredByHand } from './handFields.ts';
import { isLowering, lowers } from './lowering.ts';
import { ofWorkspace } from './workspace.ts';

/** What is to become of a difference between store and ledger: what is lower is adopted, and then what is higher is put back. */
export type DriftVerdict = {
  /**
   * `killed`: for everybody. `closed`: nobody but those whom the feature met before its live rollout is met any more. `narrowed`:
   * single workspaces, by a closing that the ledger has not heard of; nobody doubts the release. `capped`: all else. Null: nothing.
   */
  readonly adopts: 'killed' | 'closed' | 'capped' | 'narrowed' | null;
  /** Of both the lower: no wider than the ledger's, nor than what lookups are served. */
  readonly exposure: Met;
  /** Something in the store is wider than the ledger, or a hand has typed what would be. */
  readonly putsBack: boolean;
};

type Met = Pick<Exposure, 'killed' | 'grants' | 'caps' | 'raises'>;
type Stored = { readonly document: FlagDocument; readonly hand: HandFields };

/** `base`: whom the feature met before its live rollout; null where none is live. */
export function driftOf(ledgers: FlagDocument, { document, hand }: Stored, base: Grants | null): DriftVerdict {
  const isByHand = lowers(loweredByHand(document, hand), document);
  // An older document is no closing that the ledger has missed: the store has missed an opening, and gets it with whatever is put back.
  // What was changed beside it holds for the newer one.
  const isOlder = document.version < ledgers.version;
  const served = isOlder ? loweredByHand(ledgers, editsOf(document, hand)) : loweredByHand(document, hand);
  const lower = lowerOf(ledgers, served);
  const { killed, grants, caps, raises } = lower;
  return {
    adopts: adoptedIn(lower, ledgers, { isByHand, base }),
    exposure: { killed, grants, caps, raises },
    putsBack: raisesByHand(document, hand) || (!isOlder && !isLowering(served, ledgers)),
  };
}

/** Those that `next` meets less than `stored`, by a cap or by a raise that is gone. */
export function narrowedWorkspaces(next: FlagDocument, stored: FlagDocument): readonly string[] {
  const ids = new Set([...Object.keys(next.caps), ...Object.keys(stored.raises)]);
  const capOf = ({ caps }: FlagDocument, id: string) => ofWorkspace(caps, id) ?? Number.POSITIVE_INFINITY;
  const raiseOf = ({ raises }: FlagDocument, id: string) => ofWorkspace(raises, id) ?? 0;
  return [...ids].filter((id) => capOf(next, id) < capOf(stored, id) || raiseOf(next, id) < raiseOf(stored, id));
}

function adoptedIn(
  lower: FlagDocument,
  ledgers: FlagDocument,
  { isByHand, base }: { readonly isByHand: boolean; readonly base: Grants | null },
): DriftVerdict['adopts'] {
  if (!lowers(lower, ledgers)) return null;
  if (lower.killed && !ledgers.killed) return 'killed';
  if (base !== null && isNoWider(lower.grants, base)) return 'closed';
  return !isByHand && lowersWorkspacesAlone(lower, ledgers) ? 'narrowed' : 'capped';
}

const lowersWorkspacesAlone = (lower: FlagDocument, { caps, raises, ...ledgers }: FlagDocument) =>
  !lowers({ ...lower, caps, raises }, { ...ledgers, caps, raises });

/** A field that would let somebody in. */
function raisesByHand(document: FlagDocument, hand: HandFields): boolean {
  const { enabled, internalOnly, rolloutPercent } = editsOf(document, hand);
  return (
    enabled === true || internalOnly === false || (rolloutPercent ?? 0) > (handFieldsOf(document).rolloutPercent ?? 0)
  );
}

/** The ledger's document, met no further than `served`: a raise that is gone is gone. */
function lowerOf(ledgers: FlagDocument, served: FlagDocument): FlagDocument {
  const raises = Object.entries(ledgers.raises).flatMap(([id, threshold]) => {
    const left = ofWorkspace(served.raises, id);
    return left === null ? [] : [[id, Math.min(threshold, left)] as const];
  });
  return { ...closedOver(ledgers, served), version: ledgers.version, raises: Object.fromEntries(raises) };
}

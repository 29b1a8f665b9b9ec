import type { Member } from '../../domain/confirmation/member.ts';

/** A member says which version of a feature's document it serves. */
export type Acknowledgement = { readonly member: string; readonly feature: string; readonly version: number };
export type HeardAcknowledgement = Acknowledgement & { readonly atMs: number };

/** What is older is of no use to any confirmation, and may be forgotten: members that never come back, acknowledgements that nobody waits for. */
export const KEPT_MS = 10 * 60_000;

/**
 * Where members leave word, for whichever replica confirms. Obligations:
 * - of one member and feature the last word stands, be it of a lower version: it is what is served now;
 * - since when a member is known stays, until it takes leave or was silent for `KEPT_MS`;
 * - what is older than `KEPT_MS` is forgotten in time, with no help where the store can do so by itself, else at `forgetBefore`;
 * - no call outlives a few seconds. With the store away it throws `FlagStoreUnreachable` or `LedgerUnreachable`: whose store it shares.
 */
export interface AcknowledgementRegister {
  /** These are there. */
  hear(members: readonly string[], atMs: number): Promise<void>;
  /** Whoever says a word is there. */
  acknowledge(said: readonly Acknowledgement[], atMs: number): Promise<void>;
  /** In peace: nobody waits for it any more. */
  leave(member: string): Promise<void>;
  members(): Promise<readonly Member[]>;
  /** The last on each of these features, of whomever. */
  acknowledgements(features: readonly string[]): Promise<readonly HeardAcknowledgement[]>;
  forgetBefore(beforeMs: number): Promise<void>;
}

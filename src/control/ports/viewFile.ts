import type { FlagDocument } from '../../domain/feature/flagDocument.ts';
import type { HandFields } from '../../domain/feature/handFields.ts';
import type { TokenRecord } from './tokenRegister.ts';

type KeptFlag = {
  readonly document: FlagDocument;
  readonly edits: HandFields;
  /** The version beside which these were seen. */
  readonly editsAt: number;
};

/** What lookups were answered from: documents as they were published, and what was changed by hand in the store. */
export type KeptFlags = {
  readonly flags: readonly KeptFlag[];
  /** The versions at which features were archived: no older document may bring them back. */
  readonly archived: readonly { readonly feature: string; readonly version: number }[];
};

/** All that lookups need where there is nobody to ask. */
export type KeptView = KeptFlags & {
  /** When it was last known to be up to date. */
  readonly asOfMs: number;
  /** Who may look up, and close: hashes, never a token. */
  readonly tokens: readonly TokenRecord[];
};

/** The last known state of this process, across its restarts. Whole or not at all, whatever ends the process in between. */
export interface ViewFile {
  write(view: KeptView): Promise<void>;
  /** Null where there is none. Throws `ViewFileRefused`. */
  read(): Promise<KeptView | null>;
}

/** What is there is not what was written, or not for this Sluice: half of it, and nobody can tell which, is worse than nothing. */
export class ViewFileRefused extends Error {
  override readonly name = 'ViewFileRefused';
}

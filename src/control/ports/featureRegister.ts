import type { FeatureDefinition } from '../../domain/feature/feature.ts';
import type { FeatureState } from '../../domain/feature/featureState.ts';

/** A feature as it is defined and as its chain has made it. */
export type FeatureRecord = {
  readonly definition: FeatureDefinition;
  /** Grows with every change of the definition. */
  readonly definitionVersion: number;
  readonly state: FeatureState;
};

/** What somebody saw of a feature: of what it is, and of what it exposes. */
export type SeenFeature = { readonly definitionVersion: number; readonly stateVersion: number };

export const seenOf = ({ definitionVersion, state }: FeatureRecord): SeenFeature => ({
  definitionVersion,
  stateVersion: state.version,
});

/** Grows with every change of what a feature is or exposes. */
export const versionOf = ({ definitionVersion, state }: FeatureRecord) => definitionVersion + state.version;

/** Of a feature, a text that is another after each change of what it is or exposes, be that in a database that has lost changes. */
export type FeatureMark = { readonly key: string; readonly mark: string };

export type FeatureFilter = { readonly owner?: string; readonly archived?: boolean };
export type Cursor = { readonly after: string | null; readonly limit: number };

/** The features of the installation. Their states are kept by `Ledger.append`. Throws `LedgerUnreachable`. */
export interface FeatureRegister {
  /** False where the key is taken. A taken key stays taken: archiving keeps the salt. */
  add(definition: FeatureDefinition): Promise<boolean>;
  get(key: string): Promise<FeatureRecord | null>;
  /** Those that there are of some keys, archived ones too, in no particular order. */
  some(keys: readonly string[]): Promise<readonly FeatureRecord[]>;
  /** Of all, archived ones too, by key, `after` exclusive. Cheap enough to be asked each second. */
  marks(cursor: Cursor): Promise<readonly FeatureMark[]>;
  /** By key, `after` exclusive. */
  list(filter: FeatureFilter, cursor: Cursor): Promise<readonly FeatureRecord[]>;
  /** Those with a closing that is not confirmed, by key. Asked each second: it costs next to nothing where there is none. */
  confirming(limit: number): Promise<readonly FeatureRecord[]>;
  /**
   * Compare-and-set; false for the loser. What may be changed of a feature hangs on what it exposes, so that must be as it was seen,
   * too: an append to its chain comes before or after, never in between.
   */
  update(definition: FeatureDefinition, seen: SeenFeature): Promise<boolean>;
}

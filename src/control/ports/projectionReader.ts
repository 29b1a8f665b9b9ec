import type { CustomerRecords } from '../../domain/projection/customer.ts';
import type { EffectivenessRecords, Period } from '../../domain/projection/effectiveness.ts';
import type { RolloutRecords } from '../../domain/projection/rolloutRecords.ts';

/** A feature of which some contract names a capability. */
export type ListedFeature = {
  /** `customerPosition` of the feature: where it stands in the list, and nothing else. */
  readonly position: string;
  readonly records: CustomerRecords;
};

export type ListedRange = {
  /** The position to go on after; null at the beginning. */
  readonly after: string | null;
  readonly limit: number;
  /** Only these; null: all. */
  readonly features: readonly string[] | null;
};

/**
 * What projections are made of, and the only thing that they are made of. Obligations:
 * - values come frozen to their depth, and each answer is of one moment;
 * - it is read where nothing can be written, by an account that may not (ROLLOUT-001), and that sees no tokens;
 * - an archived feature is not there for customers;
 * - a page costs a fixed number of questions, however long the chains are;
 * - throws `LedgerUnreachable` where it can't answer.
 */
export interface ProjectionReader {
  rollout(id: string): Promise<RolloutRecords | null>;
  /** Null where there is no such feature, or no contract of it names a capability. */
  customer(feature: string): Promise<CustomerRecords | null>;
  /** By position, `after` exclusive. */
  customers(range: ListedRange): Promise<readonly ListedFeature[]>;
  /** Of these features; null: of all. */
  happenings(period: Period, features: readonly string[] | null): Promise<EffectivenessRecords>;
}

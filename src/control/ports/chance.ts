/** Chance as an argument. */
export interface Chance {
  /** A new identifier, sortable by time (UUID version 7). */
  id(): string;
  /** Random bytes as lowercase hex, from a cryptographic source. */
  hex(bytes: number): string;
}

/** How far the last rollback of a rollout has come: the flag store has it, and everybody who serves lookups has said so. */
export type Removal = {
  readonly triggeredAtMs: number;
  /** null: the flag store has not been seen to have it. */
  readonly removedAtMs: number | null;
  /** null: not everybody has said so yet. */
  readonly confirmation: {
    readonly atMs: number;
    readonly heardCount: number;
    readonly unheard: readonly string[];
    readonly unheardCount: number;
  } | null;
};

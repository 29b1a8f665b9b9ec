/** A waiver as a plan makes use of it: which rules it lets the plan break, and until when. */
export type WaiverUse = {
  readonly waiverId: string;
  /** Rule ids of contracts, or ids of preflight items. */
  readonly rules: readonly string[];
  readonly expiresAtMs: number;
};

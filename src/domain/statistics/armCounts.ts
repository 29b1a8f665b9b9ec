/**
 * What one arm showed: `total` requests (or distinct users hit), and how many of them were `bad`.
 * Finite, 0 ≤ bad ≤ total; they need not be whole.
 */
export type ArmCounts = { readonly total: number; readonly bad: number };

/** Both arms between the same two instants. Polls follow one another and never overlap. */
export type PollCounts = { readonly treatment: ArmCounts; readonly control: ArmCounts };

export const NO_COUNTS: ArmCounts = { total: 0, bad: 0 };

export function addCounts(one: ArmCounts, other: ArmCounts): ArmCounts {
  return { total: one.total + other.total, bad: one.bad + other.bad };
}

/** Each arm in the place of the other: what was "treatment is worse" becomes "control is worse". */
export function exchangeArms({ treatment, control }: PollCounts): PollCounts {
  return { treatment: control, control: treatment };
}

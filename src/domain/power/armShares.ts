/** Shares, 0 to 1, of the requests inside a stage's scope. */
export type ArmShares = { readonly treatment: number; readonly control: number };

/** Treatment is T, control the other min(T, 100 − T): as users are put into cohorts (`../feature/cohort.ts`). */
export function armSharesAt(targetPercentage: number): ArmShares {
  // A plan that breaks PERCENTAGE_RANGE is looked at too.
  const treatment = Math.min(100, Math.max(0, targetPercentage)) / 100;
  return { treatment, control: Math.min(treatment, 1 - treatment) };
}

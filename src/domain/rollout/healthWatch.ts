/** `unknown`: it could not be told, since nothing can be judged there or no data came. */
export const HEALTH_OUTCOMES = ['recovered', 'notRecovered', 'unknown'] as const;
export type HealthOutcome = (typeof HEALTH_OUTCOMES)[number];

/** After a rollback: whether those who were taken back, or all, are well again. */
export type HealthWatch = {
  /** The change of exposure: what is measured lies after it. */
  readonly sinceMs: number;
  /** The stage that was rolled back from: its triggers are judged. */
  readonly stageIndex: number;
  /** The visit that was rolled back from. */
  readonly visit: number;
  readonly automatic: boolean;
  /** null: not known yet. Once there, it stays. */
  readonly found: { readonly outcome: HealthOutcome; readonly detail: string; readonly atMs: number } | null;
};

/** Whether somebody has still to look. */
export const isWatched = ({ healthWatch }: { readonly healthWatch: HealthWatch | null }) =>
  healthWatch !== null && healthWatch.found === null;

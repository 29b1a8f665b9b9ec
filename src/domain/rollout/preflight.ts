/** One thing looked at before the gate may open for the first time. */
export type PreflightItem = {
  readonly item: string;
  readonly outcome: 'passed' | 'failed';
  /** What was found, and where it failed how to mend it. */
  readonly detail: string;
};

export function preflightPassed(items: readonly PreflightItem[]): boolean {
  return items.length > 0 && items.every((item) => item.outcome === 'passed');
}

/** Hours to milliseconds, once, by rounding; what comes out is compared with ≥. */
export function hoursToMs(hours: number): number {
  return Math.round(hours * 3_600_000);
}

/** Minutes to milliseconds, by the same rule. */
export function minutesToMs(minutes: number): number {
  return Math.round(minutes * 60_000);
}

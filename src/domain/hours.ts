/** Hours to milliseconds, once, by rounding; what comes out is compared with ≥. */
export function hoursToMs(hours: number): number {
  return Math.round(hours * 3_600_000);
}

export const msToHours = (ms: number) => ms / 3_600_000;

/** Minutes to milliseconds, by the same rule. */
export function minutesToMs(minutes: number): number {
  return Math.round(minutes * 60_000);
}

/** No duration in a contract or a policy is longer: a leap year, and every time that comes of it can be written as a date. */
export const MOST_HOURS = 24 * 366;
export const MOST_MINUTES = MOST_HOURS * 60;

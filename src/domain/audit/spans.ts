/** Hours in a document are milliseconds once, by rounding. */
export const msOfHours = (hours: number) => Math.round(hours * 60 * 60 * 1000);

export const msOfMinutes = (minutes: number) => Math.round(minutes * 60 * 1000);

/**
 * True unless it is certain that `spent` reaches `wanted`: what is no number is short, so a document that says nonsense
 * opens nothing.
 */
export const isShort = (spentMs: number, wantedMs: number) => !(spentMs >= wantedMs);

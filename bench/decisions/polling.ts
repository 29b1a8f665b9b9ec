/** A poll each 15 seconds. */
export const POLLS_PER_MINUTE = 4;
export const POLLS_PER_HOUR = 60 * POLLS_PER_MINUTE;
export const POLLS_PER_DAY = 24 * POLLS_PER_HOUR;

/**
 * Milliseconds before the next attempt: `firstMs`, doubled with each that failed in a row, up to `longestMs`, and then anywhere from half
 * of that to all of it (`chance` in [0, 1)), so that thousands of services don't come back at once.
 */
export function reconnectDelayMs(
  failures: number,
  { firstMs, longestMs }: { readonly firstMs: number; readonly longestMs: number },
  chance: number,
): number {
  const ms = Math.min(longestMs, firstMs * 2 ** Math.min(failures, 30));
  return (ms / 2) * (1 + chance);
}

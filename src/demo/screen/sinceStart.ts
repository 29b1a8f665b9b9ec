/** `  12.3 s`, right-aligned. */
export function sinceStart(startedAtMs: number, atMs: number): string {
  return `${((atMs - startedAtMs) / 1000).toFixed(1)} s`.padStart(8);
}

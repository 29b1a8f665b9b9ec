const YES: ReadonlySet<string> = new Set(['true', '1', 'yes', 'on']);
const NO: ReadonlySet<string> = new Set(['false', '0', 'no', 'off']);
const PERCENT = /^(\d{1,9}(?:\.\d{1,9})?)\s*%?$/;

/** Yes or no as a person in a hurry types it; null for anything else. */
export function booleanOf(text: string | null): boolean | null {
  const word = text?.trim().toLowerCase() ?? '';
  if (YES.has(word)) return true;
  return NO.has(word) ? false : null;
}

/** A percentage as typed, `5`, `0.5` or `5 %`, in thousandths; finer is rounded down. Null for anything else. */
export function percentOf(text: string | null): number | null {
  const digits = PERCENT.exec(text?.trim() ?? '')?.[1];
  // The sum keeps 0.29 × 1000, 289.99… in binary, from losing a thousandth.
  return digits === undefined ? null : Math.floor(Number(digits) * 1000 + 1e-6) / 1000;
}

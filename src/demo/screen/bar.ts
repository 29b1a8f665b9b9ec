const FULL = '█';
const EMPTY = '░';
const WIDTH = 24;

/** The gate: how far it is open. */
export function bar(percentage: number): string {
  const filled = Math.round((percentage / 100) * WIDTH);
  return FULL.repeat(filled) + EMPTY.repeat(WIDTH - filled);
}

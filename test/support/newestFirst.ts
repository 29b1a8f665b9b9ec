import type { Cursor } from '../../src/control/ports/featureRegister.ts';

/** By birth, the later first, ids breaking ties; after the one that the cursor names. */
export function newestFirst<T>(
  all: readonly { readonly id: string; readonly bornAtMs: number; readonly state: T }[],
  { after, limit }: Cursor,
  fits: (state: T) => boolean,
): readonly T[] {
  const ordered = [...all].sort(
    (one, other) => other.bornAtMs - one.bornAtMs || (one.id < other.id ? 1 : one.id > other.id ? -1 : 0),
  );
  const from = after === null ? 0 : ordered.findIndex(({ id }) => id === after) + 1;
  const found = after !== null && from === 0 ? [] : ordered.slice(from);
  return found
    .map(({ state }) => state)
    .filter(fits)
    .slice(0, limit);
}

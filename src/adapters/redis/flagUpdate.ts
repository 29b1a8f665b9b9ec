import { FlagStoreUnreachable } from '../../control/ports/flagStore.ts';
import type { StoredFlag } from '../../domain/feature/storedFlag.ts';
import { fieldsOf, storedFlagOf } from './flagFields.ts';
import type { FlagHashes } from './flagHashes.ts';

type Writable = Exclude<StoredFlag, { kind: 'unreadable' }>;

/** Each lost race means that another writer got through; so many in a row mean that something is wrong. */
const MOST_RACES = 100;

/**
 * Judges what is stored and writes only if it is still that; a lost race is judged anew. `judge` null: nothing to write.
 * Answers whether something was written. `place` is where the feature's flag lies: its key, but for a rehearsal.
 */
export async function updateFlag(
  hashes: FlagHashes,
  { place, feature }: { readonly place: string; readonly feature: string },
  judge: (stored: StoredFlag | null) => Writable | null,
): Promise<boolean> {
  let fields = await hashes.read(place);
  for (let race = 0; race < MOST_RACES; race += 1) {
    const next = judge(storedFlagOf(feature, fields));
    if (next === null) return false;
    const found = await hashes.compareAndSet(place, fields, fieldsOf(next));
    if (found === null) return true;
    fields = found;
  }
  throw new FlagStoreUnreachable(`${MOST_RACES} writers in a row were faster`);
}

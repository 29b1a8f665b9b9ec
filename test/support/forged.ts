import { digestOf } from '../../src/domain/ledger/digest.ts';
import type { Entry, EntryOf, EntryType } from '../../src/domain/ledger/entry.ts';

type Writable<T> = { -readonly [K in keyof T]: Writable<T[K]> };
/** An entry under somebody's hand. */
export type Open = Writable<Entry>;
export type OpenOf<T extends EntryType> = Writable<EntryOf<T>>;

/** The same chain after somebody with the keys to the database was at it: numbered, linked and sealed anew, so that it holds. */
export function forged(chain: readonly Entry[], hand: (entries: Open[]) => void): readonly Entry[] {
  const entries = structuredClone(chain) as Open[];
  hand(entries);
  let prevHash = '0'.repeat(64);
  return entries.map((entry, index) => {
    const { hash: _, ...said } = { ...entry, seq: index + 1, prevHash };
    prevHash = digestOf(said);
    return { ...said, hash: prevHash } as Entry;
  });
}

/** The first, or with a negative number the last, entry of a type. */
export function the<T extends EntryType>(entries: Open[], type: T, which = 0): OpenOf<T> {
  const found = entries.filter((entry) => entry.type === type).at(which);
  if (found === undefined) throw new Error(`there is no ${type} entry`);
  return found as OpenOf<T>;
}

/** One entry more, like another but for what is said of it; anything may be said. */
export function inserted(entries: Open[], after: Open, said: object): Open {
  const made = { ...structuredClone(after), evidence: null, ...said } as Open;
  entries.splice(entries.indexOf(after) + 1, 0, made);
  return made;
}

/** Another plan or policy, as if it had been so from the beginning: every digest is made anew. */
export function replanned(
  entries: Open[],
  hand: (embedded: Pick<OpenOf<'created'>['data'], 'contract' | 'policy' | 'waivers'>) => void,
): void {
  const proposed = the(entries, 'proposed');
  hand(proposed.data);
  const { contract, policy, waivers } = structuredClone(proposed.data);
  const { id: _, ...plan } = contract;
  proposed.data.planDigest = digestOf(plan);
  for (const entry of entries) {
    if (entry.contract === null) continue;
    entry.contractDigest = digestOf(contract);
    entry.policyDigest = digestOf(policy);
    if (entry.type === 'approved') entry.data.digest = digestOf(contract);
    if (entry.type === 'created') Object.assign(entry.data, { contract, policy, waivers });
  }
}

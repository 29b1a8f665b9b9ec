import { covers, INTERNAL } from '../../../src/domain/feature/scope.ts';
import type { Entry } from '../../../src/domain/ledger/entry.ts';
import { AVAILABILITIES } from '../../../src/domain/projection/availability.ts';
import { LADDER } from '../../../src/domain/projection/ladder.ts';
import type { Tale } from './tale.ts';

const MEMBERS = ['capability', 'stage', 'availability', 'visibleFeatures', 'timeline', 'at'];

/** Every word and number that it is made of, the names of its members too. */
export function partsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap(partsOf);
  if (typeof value !== 'object' || value === null) return [value];
  return Object.entries(value).flatMap(([name, member]) => [name, ...partsOf(member)]);
}

/** The audience that customers know of the stage that an entry opened; null where it opened none for them. */
function openedFor(entry: Entry, tale: Tale): 'INTERNAL' | 'CUSTOMERS' | null {
  if ((entry.type !== 'started' && entry.type !== 'advanced') || entry.dryRun || entry.contract === null) return null;
  const stage = tale.contract(entry.contract).contract.rolloutWedge.wedgeStages[entry.data.stageIndex];
  return stage === undefined || covers(INTERNAL, stage.scope) ? 'INTERNAL' : 'CUSTOMERS';
}

/** What may be said of a tale, reckoned from its entries by other means: words that were announced or met, and past times. */
export function allowedOf(tale: Tale): ReadonlySet<unknown> {
  const contracts = new Set(tale.entries.map(({ contract }) => contract).filter((id) => id !== null));
  const words: string[] = [];
  const times: string[] = [];
  for (const id of contracts) {
    const { capability } = tale.contract(id).contract;
    if (capability === undefined) continue;
    const own = tale.entries.filter(({ contract }) => contract === id);
    const approvedAt = capability.announced ? own.filter(({ type }) => type === 'approved') : [];
    const met = own.filter((entry) => openedFor(entry, tale) === 'CUSTOMERS');
    const seen = own.filter(
      (entry) => openedFor(entry, tale) !== null && (capability.announced || met.includes(entry)),
    );
    if (approvedAt.length > 0 || met.length > 0) words.push(capability.name, ...capability.visibleFeatures);
    times.push(...[...approvedAt, ...seen].map(({ at }) => at));
  }
  return new Set<unknown>([...MEMBERS, ...LADDER, ...AVAILABILITIES, ...words, ...times]);
}

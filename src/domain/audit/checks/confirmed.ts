import type { EntryData } from '../../ledger/entry.ts';
import { dataOf, isByPerson } from '../books/told.ts';
import { type Look, when } from './look.ts';

/** A confirmation is of a removal that the chain tells of, once, later than that, and of somebody. */
export const confirmed: Look = (told, { feature }) => {
  const confirmation = dataOf(told, 'exposureConfirmed');
  if (confirmation === null) return null;
  const removal = feature.removalOf(told);
  if (removal === null) return ['confirms what no removal before it waits for'];
  const { documentVersion, removedAtMs, confirmedAtMs } = confirmation;
  return [
    ...when(told.dryRun, 'is of a dry run, which removes nothing'),
    ...when(isByPerson(told), 'is a person’s, where members are heard'),
    ...when(removedAtMs !== removal.removedAtMs, 'tells another time of removal than the removal itself'),
    ...when(!(confirmedAtMs >= removal.removedAtMs), 'is confirmed before the exposure was removed'),
    ...when(!(confirmedAtMs <= told.atMs), 'is confirmed at a time to come'),
    ...when(
      !(documentVersion >= removal.documentVersion),
      `confirms version ${documentVersion}, and the closing is ${removal.documentVersion}`,
    ),
    ...counted(confirmation),
  ];
};

function counted({ heard, heardCount, unheard, unheardCount }: EntryData['exposureConfirmed']): readonly string[] {
  const names = [...heard, ...unheard];
  return [
    ...when(!(heardCount + unheardCount > 0), 'rests on nobody’s word, and misses nobody’s'),
    ...when(new Set(names).size !== names.length, 'names a member twice'),
    ...when(!listed(heard, heardCount) || !listed(unheard, unheardCount), 'counts other members than it names'),
  ];
}

/** All of them by name, but for those beyond the first hundred. */
const listed = (names: readonly string[], count: number) => names.length === Math.min(count, 100);

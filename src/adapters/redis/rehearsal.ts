import { randomUUID } from 'node:crypto';
import { FlagStoreUnreachable, type Rehearsed } from '../../control/ports/flagStore.ts';
import { handFieldsOf } from '../../domain/feature/handFields.ts';
import { publicationOf } from '../../domain/feature/publication.ts';
import { isRehearsedClosed, REHEARSAL_CLOSED, REHEARSAL_OPEN } from '../../domain/feature/rehearsal.ts';
import { fieldsOf, REHEARSAL_PREFIX, storedFlagOf } from './flagFields.ts';
import type { FlagHashes } from './flagHashes.ts';
import { updateFlag } from './flagUpdate.ts';

/** Longer than any rehearsal takes. */
const KEPT_MS = 60_000;

/**
 * Closes a flag on a shadow key, by the path of every closing, and looks whether it is closed. The key is this rehearsal's alone, so
 * that replicas which start at once do not meet. It is not announced: nobody is to hear of it, and a closing waits for no announcement.
 */
export async function rehearse(hashes: FlagHashes, monotonicMs: () => number): Promise<Rehearsed> {
  const place = `${REHEARSAL_PREFIX}${randomUUID()}`;
  const { feature } = REHEARSAL_OPEN;
  const open = { kind: 'flag' as const, feature, document: REHEARSAL_OPEN, hand: handFieldsOf(REHEARSAL_OPEN) };
  await hashes.putForAWhile(place, fieldsOf(open), KEPT_MS);
  try {
    const beganMs = monotonicMs();
    await updateFlag(hashes, { place, feature }, (stored) => {
      const publication = publicationOf(REHEARSAL_CLOSED, stored, 'closing');
      return publication.outcome === 'stored' ? publication.flag : null;
    });
    const seen = storedFlagOf(feature, await hashes.read(place));
    if (!isRehearsedClosed(seen)) throw new FlagStoreUnreachable('a rehearsed closing was not seen');
    return { closedInMs: monotonicMs() - beganMs };
  } finally {
    // Where this fails the key goes by itself.
    await hashes.remove(place).catch(() => undefined);
  }
}

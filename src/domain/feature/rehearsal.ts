import { BUCKETING, type FeatureDefinition } from './feature.ts';
import { type FlagDocument, flagDocumentOf } from './flagDocument.ts';
import { EVERYONE } from './scope.ts';
import type { StoredFlag } from './storedFlag.ts';

/** Says what it is to whoever finds it. Where it is stored is no feature's place, so no lookup can come to it. */
const KEY = 'sluice-rehearsal';

const DEFINITION: FeatureDefinition = {
  key: KEY,
  description: '',
  owner: '',
  variants: { on: true, off: false },
  prerequisites: [],
  salt: KEY,
  bucketing: BUCKETING,
  revision: 0,
  createdAtMs: 0,
  archivedAtMs: null,
};
const EXPOSURE = { changedAtMs: 0, killed: false, caps: {}, raises: {}, live: null };

/** Open for everyone: what a rehearsal closes. */
export const REHEARSAL_OPEN: FlagDocument = flagDocumentOf(
  DEFINITION,
  { ...EXPOSURE, documentVersion: 1, grants: [{ scope: EVERYONE, threshold: 100_000 }] },
  'rehearsal',
);

/** The same taken back, as a rollback does. */
export const REHEARSAL_CLOSED: FlagDocument = flagDocumentOf(
  DEFINITION,
  { ...EXPOSURE, documentVersion: 2, grants: [] },
  'rehearsal',
);

/** The store shows what the closing left: nobody is met. */
export function isRehearsedClosed(stored: StoredFlag | null): boolean {
  return stored?.kind === 'flag' && stored.document.feature === KEY && stored.document.grants.length === 0;
}

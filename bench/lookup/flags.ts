import type { FlagDocument } from '../../src/domain/feature/flagDocument.ts';
import { EVERYONE } from '../../src/domain/feature/scope.ts';
import { thresholdOf } from '../../src/domain/feature/threshold.ts';
import { sha256Hex } from '../../src/domain/ledger/digest.ts';
import { SHARE_PERCENTAGE } from './evaluators/evaluator.ts';

const SALT_CHARACTERS = 32;

export const featureNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `bench-${String(index).padStart(5, '0')}`);

/** A document of a feature with a live rollout that is open to a quarter of everyone. */
export function flagOf(feature: string): FlagDocument {
  return {
    schema: 1,
    feature,
    environment: 'bench',
    version: 3,
    revisionAt: '2026-11-20T12:00:00.000Z',
    bucketing: 'sha256-v1',
    salt: sha256Hex(feature).slice(0, SALT_CHARACTERS),
    variants: { on: true, off: false },
    killed: false,
    grants: [{ scope: EVERYONE, threshold: thresholdOf(SHARE_PERCENTAGE) }],
    caps: {},
    raises: {},
    prerequisites: [],
    live: { rolloutId: `rollout-of-${feature}`, stage: 'quarter', whenStale: 'close', grant: 0 },
  };
}

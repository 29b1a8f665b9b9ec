import type { FlagDocument } from '../../../src/domain/feature/flagDocument.ts';
import type { Grant } from '../../../src/domain/feature/grants.ts';
import { type HandFields, UNTOUCHED } from '../../../src/domain/feature/handFields.ts';
import { EVERYONE, type Scope } from '../../../src/domain/feature/scope.ts';
import type { StoredFlag } from '../../../src/domain/feature/storedFlag.ts';

/** A document as a rollout's first stage would leave it, but for what the test says. */
export function documentOf(given: Partial<FlagDocument> = {}): FlagDocument {
  return {
    schema: 1,
    feature: 'checkout-v2',
    environment: 'test',
    version: 1,
    revisionAt: '2026-11-20T12:00:00.000Z',
    bucketing: 'sha256-v1',
    salt: '9f2c1d',
    variants: { on: true, off: false },
    killed: false,
    grants: [],
    caps: {},
    raises: {},
    prerequisites: [],
    live: null,
    ...given,
  };
}

const scopeOf = (given: Partial<Scope>): Scope => ({ ...EVERYONE, ...given });

/** Percentage of everyone, or of a scope. */
export const grantOf = (percentage: number, scope: Partial<Scope> = {}): Grant => ({
  scope: scopeOf(scope),
  threshold: Math.round(percentage * 1000),
});

/** What a store holds of `checkout-v2` where the document can't be made out, and neither can its version. */
export const unreadableWith = (hand: HandFields = UNTOUCHED): StoredFlag => ({
  kind: 'unreadable',
  feature: 'checkout-v2',
  version: 0,
  newerSchema: false,
  fault: 'broken',
  hand,
});

import fc from 'fast-check';
import type { EvaluationContext } from '../../../src/domain/feature/context.ts';
import type { FlagDocument } from '../../../src/domain/feature/flagDocument.ts';
import type { Grant } from '../../../src/domain/feature/grants.ts';
import type { HandFields } from '../../../src/domain/feature/handFields.ts';
import type { Facet } from '../../../src/domain/feature/scope.ts';
import { documentOf } from './documents.ts';

const GROUPS = ['internal', 'beta', 'staff'];
const REGIONS = ['eu', 'us'];
const TIERS = ['free', 'pro', 'beta'];
const WORKSPACES = ['acme', 'globex', 'constructor'];

const facet = (values: readonly string[]): fc.Arbitrary<Facet> =>
  fc.oneof(fc.constant('all' as const), fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 }));

/** The ends and the middle: closed, open, and where the bucket decides. */
export const threshold: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, 1, 50_000, 99_999, 100_000),
  fc.integer({ min: 0, max: 100_000 }),
);

export const grant: fc.Arbitrary<Grant> = fc.record({
  scope: fc.record({ groups: facet(GROUPS), regions: facet(REGIONS), tiers: facet(TIERS) }),
  threshold,
});

const byWorkspace = fc.dictionary(fc.constantFrom(...WORKSPACES), threshold, { noNullPrototype: true });

export const context: fc.Arbitrary<EvaluationContext> = fc.record({
  targetingKey: fc.oneof(
    { weight: 9, arbitrary: fc.string({ minLength: 1 }) },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
  workspaceId: fc.oneof(fc.constant(null), fc.constantFrom(...WORKSPACES)),
  groups: fc.subarray(GROUPS),
  region: fc.oneof(fc.constant(null), fc.constantFrom(...REGIONS)),
  tier: fc.oneof(fc.constant(null), fc.constantFrom(...TIERS)),
});

/** With a unit to draw: of these every lookup has an answer. */
export const user: fc.Arbitrary<EvaluationContext> = fc
  .tuple(context, fc.string({ minLength: 1 }))
  .map(([anyone, targetingKey]) => ({ ...anyone, targetingKey }));

export const document: fc.Arbitrary<FlagDocument> = fc
  .record({
    version: fc.integer({ min: 1, max: 6 }),
    killed: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    grants: fc.array(grant, { maxLength: 4 }),
    caps: byWorkspace,
    raises: byWorkspace,
    prerequisites: fc.subarray([
      { feature: 'accounts-v2', variant: 'on' as const },
      { feature: 'search-v3', variant: 'on' as const },
    ]),
    live: fc.oneof(
      fc.constant(null),
      fc.record({
        rolloutId: fc.constant('r-1'),
        stage: fc.constant('canary'),
        whenStale: fc.constantFrom('close' as const, 'keep' as const),
        grant: fc.integer({ min: 0, max: 4 }),
      }),
    ),
  })
  .map(documentOf);

export const handFields: fc.Arbitrary<HandFields> = fc.record({
  enabled: fc.constantFrom(true, false, null),
  internalOnly: fc.constantFrom(true, false, null),
  rolloutPercent: fc.oneof(
    fc.constant(null),
    threshold.map((thousandths) => thousandths / 1000),
    fc.constant(250),
  ),
  paused: fc.constantFrom(true, false, null),
});

/** A document and one that came of it: parts kept, changed a little or made anew, so that either may be the lower one. */
export const relatives: fc.Arbitrary<readonly [before: FlagDocument, after: FlagDocument]> = fc
  .tuple(
    document,
    document,
    fc.array(threshold, { minLength: 4, maxLength: 4 }),
    fc.array(fc.nat(2), { minLength: 6, maxLength: 6 }),
  )
  .map(([before, other, thresholds, choices]) => {
    const part = <Name extends 'version' | 'killed' | 'grants' | 'caps' | 'raises' | 'prerequisites'>(
      name: Name,
      choice: number | undefined,
    ) => (choice === 0 ? other[name] : before[name]);
    const grants = part('grants', choices[0]);
    const changed = grants.map((given, index) => ({
      ...given,
      threshold: choices[0] === 1 ? Math.min(given.threshold, thresholds[index] ?? 0) : given.threshold,
    }));
    return [
      before,
      {
        ...before,
        version: part('version', choices[1]),
        killed: part('killed', choices[2]),
        caps: part('caps', choices[3]),
        raises: part('raises', choices[5]),
        prerequisites: part('prerequisites', choices[4]),
        grants: changed,
      },
    ] as const;
  });

/** Text of any code points; with `lone`, also of halves of surrogate pairs, which no UTF-8 can say. */
export const textOf = (given: { readonly lone: boolean }): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0, max: 0x10ffff })))
    .map((points) => String.fromCodePoint(...points))
    .map((text) => (given.lone ? text : text.toWellFormed()));

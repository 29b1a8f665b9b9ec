import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bucketOf, unitOf } from '../../../src/domain/feature/bucketing.ts';
import type { EvaluationContext } from '../../../src/domain/feature/context.ts';
import { evaluate } from '../../../src/domain/feature/evaluation.ts';
import type { FlagDocument } from '../../../src/domain/feature/flagDocument.ts';
import { type Grants, isNoWider, withGrant } from '../../../src/domain/feature/grants.ts';
import { INTERNAL, matches } from '../../../src/domain/feature/scope.ts';
import type { Lookup } from '../../../src/domain/feature/subject.ts';
import { context, document, grant, user } from './arbitraries.ts';
import { documentOf, grantOf } from './documents.ts';
import { isOn, lookupOf, NOBODY, userCalled } from './lookups.ts';

/** Where `u-1` lies, and percentages on either side of it. */
const BUCKET = bucketOf('9f2c1d', 'u-1');
const ABOVE = (BUCKET + 1) / 1000;
const BELOW = BUCKET / 1000;
const U1 = userCalled('u-1');
const LIVE = { rolloutId: 'r-1', stage: 'canary', whenStale: 'close', grant: 0 } as const;

const step = (flag: FlagDocument, who: EvaluationContext = U1, lookup: Lookup = lookupOf()) => {
  const answer = evaluate(flag, who, lookup);
  return answer.kind === 'resolved' ? `${answer.variant} ${answer.step} ${answer.reason}` : answer.errorCode;
};

describe('the first that decides wins', () => {
  const open = documentOf({ grants: [grantOf(100)] });
  const off = documentOf({ feature: 'accounts-v2' });
  const needing = documentOf({ grants: [grantOf(100)], prerequisites: [{ feature: 'accounts-v2', variant: 'on' }] });

  test('in the order of the domain', () => {
    const everything = { ...needing, killed: true, caps: { acme: 0 }, live: LIVE };
    const acme = userCalled('u-1', { workspaceId: 'acme' });
    const hardKilled = lookupOf([off], { hardKilled: (feature) => feature === 'checkout-v2', isStale: () => true });
    expect(step(everything, acme, hardKilled)).toBe('off hardKill STATIC');
    expect(step(everything, acme, lookupOf([off], { isStale: () => true }))).toBe('off killed STATIC');
    expect(step({ ...everything, killed: false }, acme, lookupOf([off], { isStale: () => true }))).toBe(
      'off stale STATIC',
    );
    expect(step({ ...everything, killed: false }, acme, lookupOf([off]))).toBe('off prerequisite STATIC');
    expect(step({ ...open, caps: { acme: 0 } }, acme)).toBe('off workspaceCap STATIC');
    expect(step(open, acme)).toBe('on grants STATIC');
  });

  test('a stale view closes only what has a live rollout, and not where the contract says keep', () => {
    const stale = lookupOf([], { isStale: () => true });
    expect(step({ ...open, live: LIVE }, U1, stale)).toBe('off stale STATIC');
    expect(step({ ...open, live: { ...LIVE, whenStale: 'keep' } }, U1, stale)).toBe('on grants STATIC');
    expect(step(open, U1, stale)).toBe('on grants STATIC');
  });

  test('values are those of the variants, also where off', () => {
    const variants = { on: { theme: 'new' }, off: { theme: 'old' } };
    expect(evaluate({ ...open, variants }, U1, lookupOf())).toMatchObject({ variant: 'on', value: { theme: 'new' } });
    expect(evaluate({ ...open, variants, killed: true }, U1, lookupOf())).toMatchObject({
      variant: 'off',
      value: { theme: 'old' },
    });
  });
});

describe('grants', () => {
  test('the widest one that matches decides', () => {
    const grants = [grantOf(BELOW), grantOf(ABOVE, { tiers: ['pro'] }), grantOf(100, { groups: ['internal'] })];
    const flag = documentOf({ grants });
    expect(step(flag)).toBe('off grants SPLIT');
    expect(step(flag, { ...U1, tier: 'pro' })).toBe('on grants SPLIT');
    expect(step(flag, { ...U1, groups: ['internal'] })).toBe('on grants TARGETING_MATCH');
    expect(step(documentOf({ grants: [grantOf(100, { regions: ['eu'] })] }))).toBe('off grants STATIC');
  });

  test('a targeting key is needed only where the bucket decides', () => {
    const split = grantOf(50);
    const acme = { ...NOBODY, workspaceId: 'acme' };
    expect(step(documentOf(), NOBODY)).toBe('off grants STATIC');
    expect(step(documentOf({ grants: [grantOf(0)] }), NOBODY)).toBe('off grants STATIC');
    expect(step(documentOf({ grants: [grantOf(100)] }), NOBODY)).toBe('on grants STATIC');
    expect(step(documentOf({ grants: [split], killed: true }), NOBODY)).toBe('off killed STATIC');
    expect(step(documentOf({ grants: [split, grantOf(100)] }), NOBODY)).toBe('on grants STATIC');
    expect(step(documentOf({ grants: [split] }), NOBODY)).toBe('TARGETING_KEY_MISSING');
    expect(step(documentOf({ grants: [split], caps: { acme: 0 } }), acme)).toBe('off workspaceCap STATIC');
    expect(step(documentOf({ grants: [grantOf(100)], caps: { acme: 100_000 } }), acme)).toBe('on grants STATIC');
    expect(step(documentOf({ grants: [grantOf(100)], caps: { acme: 5 } }), acme)).toBe('TARGETING_KEY_MISSING');
    expect(step(documentOf({ caps: { acme: 5 } }), acme)).toBe('off grants STATIC');
  });
});

describe('a workspace cap', () => {
  const inAcme = userCalled('u-1', { workspaceId: 'acme' });
  const bucket = bucketOf('9f2c1d', unitOf(inAcme) ?? '');
  const capped = (cap: number) => documentOf({ grants: [grantOf(100)], caps: { acme: cap } });

  test('lets buckets below it through to the grants, in its workspace only', () => {
    expect(step(capped(bucket), inAcme)).toBe('off workspaceCap SPLIT');
    expect(step(capped(bucket + 1), inAcme)).toBe('on grants SPLIT');
    expect(step(capped(0), U1)).toBe('on grants STATIC');
  });

  test('of a workspace named like a member of every object is found, and only then', () => {
    const inConstructor = userCalled('u-1', { workspaceId: 'constructor' });
    expect(step(capped(0), inConstructor)).toBe('on grants STATIC');
    expect(step(documentOf({ grants: [grantOf(100)], caps: { constructor: 0 } }), inConstructor)).toBe(
      'off workspaceCap STATIC',
    );
  });
});

describe('a workspace that is raised', () => {
  const inAcme = userCalled('u-1', { workspaceId: 'acme' });
  const bucket = bucketOf('9f2c1d', unitOf(inAcme) ?? '');
  const raised = (threshold: number, more: Partial<FlagDocument> = {}) =>
    documentOf({ grants: [grantOf(1)], raises: { acme: threshold }, ...more });

  test('is met by its own percentage, whatever the scope, and nobody else is', () => {
    expect(step(raised(bucket + 1), inAcme)).toBe('on grants SPLIT');
    expect(step(raised(bucket), inAcme)).toBe('off grants SPLIT');
    expect(step(raised(100_000), inAcme)).toBe('on grants TARGETING_MATCH');
    expect(step(raised(100_000, { grants: [] }), inAcme)).toBe('on grants TARGETING_MATCH');
    expect(step(raised(100_000, { grants: [] }), U1)).toBe('off grants STATIC');
  });

  test('is met no further than a cap, and not at all once killed', () => {
    expect(step(raised(100_000, { caps: { acme: 0 } }), inAcme)).toBe('off workspaceCap STATIC');
    expect(step(raised(100_000, { killed: true }), inAcme)).toBe('off killed STATIC');
  });

  test('proves nothing about a rollout that it does not follow: it is `rest` where an override decides', () => {
    const live = { ...LIVE, grant: 0 };
    const cohort = (more: Partial<FlagDocument>) => {
      const answer = evaluate(documentOf({ grants: [grantOf(1)], live, ...more }), inAcme, lookupOf());
      return answer.kind === 'resolved' ? answer.cohort : null;
    };
    const exposing = [{ ...grantOf(1), threshold: bucket + 1 }];
    expect(cohort({ grants: exposing })).toBe('treatment');
    expect(cohort({ grants: exposing, caps: { acme: bucket } })).toBe('rest');
    expect(cohort({ grants: exposing, caps: { acme: bucket + 1 } })).toBe('treatment');
    expect(cohort({ raises: { acme: bucket + 1 } })).toBe('rest');
    expect(cohort({ grants: [grantOf(100)], caps: { acme: bucket } })).toBe('rest');
  });
});

describe('prerequisites', () => {
  const needs = (feature: string, ...needed: string[]) =>
    documentOf({
      feature,
      grants: [grantOf(100)],
      prerequisites: needed.map((name) => ({ feature: name, variant: 'on' as const })),
    });
  const ask = (...documents: [FlagDocument, ...FlagDocument[]]) => step(documents[0], U1, lookupOf(documents));

  test('must be on for the same context', () => {
    expect(ask(needs('a', 'b', 'c'), needs('b', 'c'), needs('c'))).toBe('on grants STATIC');
    expect(ask(needs('a', 'b'), needs('b', 'c'), { ...needs('c'), killed: true })).toBe('off prerequisite STATIC');
    expect(ask(needs('a', 'b'), documentOf({ feature: 'b', grants: [grantOf(BELOW)] }))).toBe('off prerequisite SPLIT');
  });

  test('that are missing or ask for each other are off', () => {
    expect(ask(needs('a', 'nowhere'))).toBe('off prerequisite STATIC');
    expect(ask(needs('a', 'a'))).toBe('off prerequisite STATIC');
    expect(ask(needs('a', 'b'), needs('b', 'c'), needs('c', 'b'))).toBe('off prerequisite STATIC');
  });

  test('that need a targeting key say so', () => {
    const documents = [needs('a', 'b'), documentOf({ feature: 'b', grants: [grantOf(50)] })];
    expect(step(needs('a', 'b'), NOBODY, lookupOf(documents))).toBe('TARGETING_KEY_MISSING');
  });

  test('in a chain without end are off, and a lattice is asked once per feature', () => {
    const chain = Array.from({ length: 50 }, (_, index) => needs(`f-${index}`, `f-${index + 1}`));
    expect(step(needs('f-0', 'f-1'), U1, lookupOf([...chain, needs('f-50')]))).toBe('off prerequisite STATIC');
    let asked = 0;
    const layers = Array.from({ length: 25 }, (_, layer) =>
      ['l', 'r'].map((side) => needs(`${side}${layer}`, ...(layer === 24 ? [] : [`l${layer + 1}`, `r${layer + 1}`]))),
    ).flat();
    const lattice = lookupOf(layers);
    const counted = (feature: string) => {
      asked += 1;
      return lattice.document(feature);
    };
    expect(step(needs('top', 'l0', 'r0'), U1, { ...lattice, document: counted })).toBe('on grants STATIC');
    expect(asked).toBe(50);
  });
});

describe('metadata and cohort', () => {
  const flag = documentOf({ version: 17, grants: [grantOf(10, { tiers: ['beta'] })], live: LIVE });
  const metadata = (given: Partial<FlagDocument>, who = { ...U1, tier: 'beta' }) => {
    const answer = evaluate({ ...flag, ...given }, who, lookupOf());
    return answer.kind === 'resolved' ? answer.metadata : answer.errorCode;
  };

  test('tell the live rollout, its percentage and the side of the comparison', () => {
    const cohort = BUCKET < 10_000 ? 'treatment' : BUCKET >= 90_000 ? 'control' : 'rest';
    expect(metadata({})).toEqual({ version: 17, percentage: 10, rolloutId: 'r-1', stage: 'canary', cohort });
    expect(metadata({ live: null })).toEqual({ version: 17, percentage: 10 });
  });

  test('have no cohort outside the scope, nor where the feature was closed before the grants were asked', () => {
    const without = { version: 17, percentage: 10, rolloutId: 'r-1', stage: 'canary' };
    expect(metadata({}, { ...U1, tier: 'free' })).toEqual(without);
    expect(metadata({ killed: true })).toEqual({ ...without, percentage: 0 });
    expect(metadata({ live: { ...LIVE, grant: 7 } })).toEqual(without);
  });

  test('put everyone in treatment at 100 %, whoever they are', () => {
    const whole = { grants: [grantOf(100, { tiers: ['beta'] })] };
    expect(metadata(whole, { ...NOBODY, tier: 'beta' })).toMatchObject({ cohort: 'treatment', percentage: 100 });
  });

  test('T is that of the live grant, not of the widest', () => {
    const grants = [grantOf(100, INTERNAL), grantOf(BELOW)];
    expect(
      metadata({ grants, live: { ...LIVE, grant: 1 } }, { ...U1, tier: 'beta', groups: ['internal'] }),
    ).toMatchObject({
      percentage: BELOW,
      cohort: BUCKET >= 100_000 - Math.min(BUCKET, 100_000 - BUCKET) ? 'control' : 'rest',
    });
  });
});

describe('the whole evaluation', () => {
  /** The definition, with nothing saved and nothing ordered. */
  function obviouslyOn(flag: FlagDocument, who: EvaluationContext, documents: readonly FlagDocument[]): boolean {
    const bucket = bucketOf(flag.salt, unitOf(who) ?? '');
    const own = (map: FlagDocument['caps']) => Object.entries(map).find(([id]) => id === who.workspaceId)?.[1];
    const needed = flag.prerequisites.map((prerequisite) =>
      documents.find((other) => other.feature === prerequisite.feature),
    );
    return (
      !flag.killed &&
      needed.every((other) => other !== undefined && obviouslyOn(other, who, documents)) &&
      bucket < (own(flag.caps) ?? 100_000) &&
      (bucket < (own(flag.raises) ?? 0) ||
        flag.grants.some(({ scope, threshold }) => matches(scope, who) && bucket < threshold))
    );
  }

  test('equals its slow twin', () => {
    const other = (feature: string) => document.map((flag) => ({ ...flag, feature, salt: feature, prerequisites: [] }));
    fc.assert(
      fc.property(document, other('accounts-v2'), other('search-v3'), user, (flag, accounts, search, who) => {
        const documents = [flag, accounts, search];
        expect(isOn(flag, who, lookupOf(documents))).toBe(obviouslyOn(flag, who, documents));
      }),
      { numRuns: 2000 },
    );
  });

  test('without a targeting key either fails, or answers as it would for everyone', () => {
    fc.assert(
      fc.property(document, context, fc.array(fc.string({ minLength: 1 }), { minLength: 5 }), (flag, who, keys) => {
        const answer = evaluate({ ...flag, prerequisites: [] }, { ...who, targetingKey: null }, lookupOf());
        fc.pre(answer.kind === 'resolved');
        for (const targetingKey of keys) {
          expect(isOn({ ...flag, prerequisites: [] }, { ...who, targetingKey })).toBe(answer.variant === 'on');
        }
      }),
    );
  });
});

describe('SLU-STICKY', () => {
  test('SLU-STICKY: raising exposure never turns the feature off for anyone, over whole histories of grants', () => {
    fc.assert(
      fc.property(
        fc.array(grant, { minLength: 1, maxLength: 12 }),
        fc.array(user, { minLength: 1 }),
        (added, users) => {
          const on = new Set<EvaluationContext>();
          let grants: Grants = [];
          for (const next of added) {
            const before = grants;
            grants = withGrant(grants, next);
            expect(isNoWider(before, grants)).toBe(true);
            for (const who of users) {
              const isOnNow = isOn(documentOf({ grants }), who);
              expect(isOnNow || !on.has(who)).toBe(true);
              if (isOnNow) on.add(who);
            }
          }
        },
      ),
    );
  });

  test('SLU-STICKY: an open prerequisite opened further closes nothing either', () => {
    fc.assert(
      fc.property(document, fc.array(grant), grant, user, (flag, grants, added, who) => {
        const needing = { ...flag, prerequisites: [{ feature: 'accounts-v2', variant: 'on' as const }] };
        const needed = documentOf({ feature: 'accounts-v2', salt: 'other', grants });
        fc.pre(isOn(needing, who, lookupOf([needed])));
        expect(isOn(needing, who, lookupOf([{ ...needed, grants: withGrant(grants, added) }]))).toBe(true);
      }),
    );
  });
});

import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Entry } from '../../src/domain/ledger/entry.ts';
import { FEATURE } from '../support/release.ts';
import { chainOf } from '../support/simulatedInstallation.ts';
import type { Act } from './anyOperator/act.ts';
import { type Life, orderlyLives } from './anyOperator/acts.ts';
import { Doors } from './anyOperator/doors.ts';
import { live } from './anyOperator/life.ts';
import type { Plan } from './anyOperator/plan.ts';

/** What lookups do wrong on purpose; documents and ledger are as they should be. */
const broken = vi.hoisted(() => ({ by: null as string | null }));

vi.mock('../../src/domain/feature/bucketing.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/domain/feature/bucketing.ts')>();
  const bucketOf: typeof original.bucketOf = (salt, unit) =>
    original.bucketOf(broken.by === 'bucketing: another salt' ? `${salt}.` : salt, unit);
  const unitOf: typeof original.unitOf = (context) =>
    original.unitOf(broken.by === 'bucketing: no workspace' ? { ...context, workspaceId: null } : context);
  return { ...original, bucketOf, unitOf };
});

vi.mock('../../src/domain/feature/scope.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/domain/feature/scope.ts')>();
  const facets = ['groups', 'regions', 'tiers'] as const;
  const matches: typeof original.matches = (scope, context) => {
    const ignored = facets.find((facet) => broken.by === `scopes: ${facet} are not looked at`);
    return original.matches(ignored === undefined ? scope : { ...scope, [ignored]: 'all' }, context);
  };
  return { ...original, matches };
});

vi.mock('../../src/domain/feature/subject.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/domain/feature/subject.ts')>();
  class CarelessSubject extends original.Subject {
    override cap() {
      return broken.by === 'workspaces: caps are forgotten' ? null : super.cap();
    }
    override raise() {
      return broken.by === 'workspaces: raises are forgotten' ? null : super.raise();
    }
  }
  return { ...original, Subject: CarelessSubject };
});

vi.mock('../../src/domain/feature/steps.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/domain/feature/steps.ts')>();
  const { Subject } = await import('../../src/domain/feature/subject.ts');
  const decide: typeof original.decide = (subject) => {
    const { document, context, lookup } = subject;
    if (broken.by !== 'prerequisites: are not asked') return original.decide(subject);
    return original.decide(new Subject({ ...document, prerequisites: [] }, context, lookup));
  };
  return { ...original, decide };
});

const BREAKS = [
  'bucketing: another salt',
  'bucketing: no workspace',
  'scopes: groups are not looked at',
  'scopes: regions are not looked at',
  'scopes: tiers are not looked at',
  'workspaces: caps are forgotten',
  'workspaces: raises are forgotten',
  'prerequisites: are not asked',
];

beforeEach(() => {
  broken.by = null;
});

describe('negative controls: SLU-DOOR and SLU-STICKY, lookup by lookup, find it where lookups break', () => {
  it.for(BREAKS)('%s', { timeout: 120_000 }, async (by) => {
    broken.by = by;
    const lived = fc.asyncProperty(orderlyLives, async (life) => void (await live(life)));
    const { failed, errorInstance } = await fc.check(lived, {
      ...{ numRuns: 300, seed: 1, endOnFailure: true },
      examples: [[WHOLE]],
    });
    expect(failed).toBe(true);
    expect(String(errorInstance)).toMatch(/SLU-DOOR: lookups meet|SLU-STICKY: lookups lose/);
  });
});

const PLAN: Plan = {
  ...{ stages: 'byScope', requiresApproval: [false, false], windowHours: 1, incrementPolicy: 'linear' },
  ...{ audit: 'automatic', criticality: 'standard', to: 'zero', mode: 'immediate', overMinutes: 1 },
  firstBearsMore: false,
};
const again = (times: number, ...acts: readonly Act[]) => Array.from({ length: times }, () => acts).flat();
/** Through every scope to its end; then acme is let in further by two, all is killed, revived by two, and acme capped. */
const WHOLE: Life = {
  cooldownMinutes: 0,
  first: PLAN,
  acts: [
    ...again(9, { do: 'goesWell' }),
    { do: 'override', by: 'olga', workspace: 'acme', threshold: 90_000, minutes: null },
    { do: 'override', by: 'anna', workspace: 'acme', threshold: 90_000, minutes: null },
    { do: 'need', by: 'olga' },
    { do: 'needNothing', by: 'olga' },
    { do: 'kill', by: 'olga' },
    { do: 'revive', by: 'olga' },
    { do: 'revive', by: 'anna' },
    { do: 'override', by: 'olga', workspace: 'acme', threshold: 5_000, minutes: null },
    { do: 'noOverride', by: 'olga', workspace: 'acme' },
    { do: 'noOverride', by: 'anna', workspace: 'acme' },
  ],
};

describe('a life through groups, regions and tiers, an override, a kill and a revival', () => {
  const wholeChain = async () => chainOf((await live(WHOLE)).world, FEATURE);
  const saltIn = (chain: readonly Entry[]) => chain.find((entry) => entry.type === 'created')?.data.salt ?? '';
  const faultsIn = (chain: readonly Entry[]) => {
    const doors = new Doors(saltIn(chain));
    return chain.flatMap((entry) => doors.take(entry)).map((fault) => fault.replace(/(user-\d+ ?)+/, '…'));
  };

  it('has every kind of door in it, and nobody came through a closed one', async () => {
    const chain = await wholeChain();
    const doors = chain.filter((entry) => 'exposure' in entry.data).map(({ type }) => type);
    expect(doors).toEqual([
      ...['started', 'ramped', 'advanced', 'advanced', 'advanced', 'completed'],
      ...['overrideSet', 'killed', 'revived', 'overrideSet', 'overrideRemoved'],
    ]);
    expect(faultsIn(chain)).toEqual([]);
  });

  it.for([
    ['started', { threshold: 100_000 }, 'DOOR beyond the plan'],
    ['ramped', { threshold: 100_000 }, 'DOOR beyond the plan'],
    ['advanced', { scope: { groups: 'all', regions: 'all', tiers: 'all' } }, 'DOOR beyond the plan'],
    ['completed', { threshold: 100_000 }, 'DOOR lets in'],
    ['killed', { killed: false, threshold: 100_000 }, 'DOOR lets in'],
    ['revived', { threshold: 100_000 }, 'DOOR restores'],
    ['revived', { requestedBy: null }, 'DOOR restores'],
    ['overrideSet', { requestedBy: 'anna' }, 'DOOR by one alone'],
    ['overrideSet', { threshold: 100_000 }, 'DOOR and STICKY change'],
    ['overrideRemoved', { requestedBy: null }, 'DOOR by one alone'],
    ['advanced', { drops: true }, 'STICKY loses'],
    ['completed', { killed: true }, 'STICKY loses'],
  ] as const)('negative control: %s with %o is found', async ([type, lie, found]) => {
    const chain = await wholeChain();
    const forged = chain.map((entry) => (entry.type === type ? lying(entry, lie) : entry));
    expect(faultsIn(forged).join('\n')).toContain(`${type}: SLU-${found}`);
  });
});

/** The entry as a liar would write it. */
function lying(entry: Entry, { requestedBy, killed, drops, ...grant }: Readonly<Record<string, unknown>>): Entry {
  const { data } = entry;
  if (!('exposure' in data)) return entry;
  const grants = data.exposure.grants.slice(drops === true ? -1 : 0).map((given) => ({ ...given, ...grant }));
  const exposure = { ...data.exposure, grants, ...(killed === undefined ? {} : { killed }) };
  const told = { ...data, exposure, ...(requestedBy === undefined ? {} : { requestedBy }) };
  return Object.assign({}, entry, { data: told });
}

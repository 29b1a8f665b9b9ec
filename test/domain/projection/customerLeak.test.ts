import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { covers, INTERNAL } from '../../../src/domain/feature/scope.ts';
import type { Entry } from '../../../src/domain/ledger/entry.ts';
import { AVAILABILITIES } from '../../../src/domain/projection/availability.ts';
import { customerView } from '../../../src/domain/projection/customer.ts';
import { LADDER } from '../../../src/domain/projection/ladder.ts';
import type { Tale } from './tale.ts';
import { MARK, tales } from './tales.ts';

type Show = (tale: Tale) => unknown;
const shown: Show = (tale) => customerView(tale.customerRecords(), tale.nowMs);

const MEMBERS = ['capability', 'stage', 'availability', 'visibleFeatures', 'timeline', 'at'];

/** Every word and number that it is made of, the names of its members too. */
function partsOf(value: unknown): readonly unknown[] {
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
function allowedOf(tale: Tale): ReadonlySet<unknown> {
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

function leaksIn(show: Show, tale: Tale): readonly unknown[] {
  const allowed = allowedOf(tale);
  const view = show(tale);
  return view === null ? [] : partsOf(view).filter((part) => !allowed.has(part));
}

const noLeak = (show: Show) =>
  fc.property(tales, (tale) => {
    expect(leaksIn(show, tale)).toEqual([]);
    expect(JSON.stringify(show(tale)) ?? '').not.toContain(MARK);
  });

describe('what a customer is told', () => {
  it('ROLLOUT-003: is on the allow-list, over generated rollouts', () => {
    fc.assert(noLeak(shown), { numRuns: 300 });
  });

  it('ROLLOUT-003: is something, and of every kind, in many of them', () => {
    const kinds = fc.sample(tales, 200).map((tale) => {
      const view = customerView(tale.customerRecords(), tale.nowMs);
      return view === null ? 'nothing' : `${view.stage} ${view.availability}`;
    });
    const all = ['nothing', 'PLANNED planned', 'GENERAL limited', 'GENERAL available', 'GENERAL withdrawn'];
    for (const kind of all) expect(kinds).toContain(kind);
  });

  const last = (tale: Tale) => tale.entries.at(-1);
  const LEAKY: readonly (readonly [what: string, leak: (tale: Tale) => unknown])[] = [
    ['the stage by its id', (tale) => ({ stage: last(tale)?.stage })],
    ['the percentage', (tale) => ({ availability: last(tale)?.percentageAfter })],
    ['why it was taken back', (tale) => ({ availability: last(tale)?.reason })],
    ['when something else happened', (tale) => ({ timeline: [{ stage: 'PLANNED', at: tale.entries[0]?.at }] })],
    ['the words of a contract that nobody approved', (tale) => ({ capability: lastWords(tale) })],
    ['a member more', () => ({ rolloutId: 'limited' })],
  ];
  it.each(LEAKY)('a view that tells %s is found out', (_, leak) => {
    const leaky: Show = (tale) => {
      const view = customerView(tale.customerRecords(), tale.nowMs);
      return view === null ? null : { ...view, ...(leak(tale) as object) };
    };
    expect(fc.check(noLeak(leaky), { numRuns: 300 }).failed).toBe(true);
  });
});

function lastWords(tale: Tale): string {
  const { contracts } = tale.customerRecords();
  return contracts.findLast(({ contract }) => contract.capability !== undefined)?.contract.capability?.name ?? '';
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { customerView } from '../../../src/domain/projection/customer.ts';
import { allowedOf, partsOf } from './allowList.ts';
import type { Tale } from './tale.ts';
import { MARK, tales } from './tales.ts';

type Show = (tale: Tale) => unknown;
const shown: Show = (tale) => customerView(tale.customerRecords(), tale.nowMs);

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

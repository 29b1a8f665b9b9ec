import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CustomerRecords, type CustomerView, customerView } from '../../../src/domain/projection/customer.ts';
import { climbed, LADDER, type LadderStage, topOf } from '../../../src/domain/projection/ladder.ts';
import { audienceOf, tracksOf, visibleSteps, waiting } from '../../../src/domain/projection/track.ts';
import type { Tale } from './tale.ts';
import { tales, talesOfOneContract } from './tales.ts';

const heightOf = (stage: LadderStage | null) => (stage === null ? 0 : LADDER.indexOf(stage));
const isRising = (stages: readonly (LadderStage | null)[]) =>
  stages.every((stage, index) => index === 0 || heightOf(stage) >= heightOf(stages[index - 1] ?? null));

type StageOf = (records: CustomerRecords, contract: string) => LadderStage;
const stageOf: StageOf = ({ contracts, milestones }, id) => {
  const state = contracts.find(({ contract }) => contract.id === id);
  if (state === undefined) return 'NOT_VISIBLE';
  return topOf(visibleSteps(tracksOf(contracts, milestones).byContract.get(id) ?? waiting(state)));
};
/** As one would do it who forgets that a rollback is no step. */
const whereItStands: StageOf = ({ contracts, milestones }, id) => {
  const track = tracksOf(contracts, milestones).byContract.get(id);
  return track === undefined ? 'NOT_VISIBLE' : track.stands === 'gone' ? 'NOT_VISIBLE' : audienceOf(track);
};

const contractsIn = (tale: Tale) => tale.customerRecords().contracts.map(({ contract }) => contract.id);

const neverBack = (of: StageOf) =>
  fc.property(tales, (tale) => {
    for (const id of contractsIn(tale)) expect(isRising(tale.moments.map((records) => of(records, id)))).toBe(true);
  });

describe('the ladder', () => {
  it('ROLLOUT-005: never goes back within a contract, whatever happens', () => {
    fc.assert(neverBack(stageOf), { numRuns: 150 });
  });

  it('ROLLOUT-005: one that follows rollbacks is found out', () => {
    expect(fc.check(neverBack(whereItStands), { numRuns: 150 }).failed).toBe(true);
  });

  it('ROLLOUT-005: where there is one contract, what customers see never goes back, and its timeline only grows', () => {
    fc.assert(
      fc.property(talesOfOneContract, (tale) => {
        const views = tale.moments.map((records) => customerView(records, tale.nowMs));
        expect(isRising(views.map((view) => view?.stage ?? null))).toBe(true);
        views.reduce<CustomerView | null>((before, view) => {
          const timeline = before?.timeline ?? [];
          expect(view?.timeline.slice(0, timeline.length) ?? []).toEqual(timeline);
          return view;
        }, null);
      }),
      { numRuns: 150 },
    );
  });

  it('ROLLOUT-005: the stage is the last of its timeline, whose steps and times rise', () => {
    fc.assert(
      fc.property(tales, (tale) => {
        const view = customerView(tale.customerRecords(), tale.nowMs);
        if (view === null) return;
        expect(view.timeline.at(-1)?.stage).toBe(view.stage);
        expect(isRising(view.timeline.map(({ stage }) => stage))).toBe(true);
        const times = view.timeline.map(({ at }) => at);
        expect(times).toEqual(times.toSorted());
        expect(new Set(view.timeline.map(({ stage }) => stage)).size).toBe(view.timeline.length);
      }),
    );
  });

  it('keeps each step when it was first reached, and none that comes after a higher one', () => {
    expect(topOf([])).toBe('NOT_VISIBLE');
    const steps = [
      { stage: 'LIMITED', atMs: 1 },
      { stage: 'INTERNAL', atMs: 2 },
      { stage: 'LIMITED', atMs: 3 },
      { stage: 'GENERAL', atMs: 4 },
    ] as const;
    expect(climbed(steps)).toEqual([steps[0], steps[3]]);
  });
});

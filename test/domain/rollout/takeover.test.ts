import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closedFeature } from '../../../src/domain/feature/featureState.ts';
import { isNoWider } from '../../../src/domain/feature/grants.ts';
import { thresholdOf } from '../../../src/domain/feature/threshold.ts';
import type { Entry } from '../../../src/domain/ledger/entry.ts';
import { grantsAt } from '../../../src/domain/rollout/exposure.ts';
import { foldRollout } from '../../../src/domain/rollout/foldRollout.ts';
import { foreseenEntries } from '../../../src/domain/rollout/foreseenEntries.ts';
import type { RolloutState } from '../../../src/domain/rollout/state.ts';
import { takeoverEntries, takeoverOf, takeoverStage } from '../../../src/domain/rollout/takeover.ts';
import { grant } from '../feature/arbitraries.ts';
import { rolloutOf, T0 } from './situation.ts';

const SAYING = {
  atMs: T0,
  actor: { kind: 'person', subject: 'olga' },
  reason: 'ready',
  comment: null,
  evidence: null,
} as const;
const NEW = rolloutOf({
  id: 'new',
  wedgeState: 'PENDING',
  phase: 'pending',
  visit: 0,
  epoch: 0,
  grants: [],
  threshold: 0,
});
const [FIRST] = NEW.contract.rolloutWedge.wedgeStages;
if (FIRST === undefined) throw new Error('the plan has stages');

/** What a rollout may stand on: anything, and something of the scope that the new plan begins with. */
const exposed = fc
  .tuple(fc.array(grant, { maxLength: 3 }), fc.integer({ min: 1, max: 100_000 }))
  .map(([others, threshold]) => [...others.filter((one) => one.threshold > 0), { scope: FIRST.scope, threshold }]);

function takenOver(grants: RolloutState['grants']) {
  const old = rolloutOf({ id: 'old', grants, base: [] });
  const feature = { ...closedFeature(T0), exposure: { ...closedFeature(T0).exposure, grants } };
  const drafts = takeoverEntries(NEW, feature, old, SAYING);
  const [ended, started] = foreseenEntries(NEW, drafts);
  if (ended === undefined || started === undefined) throw new Error('a takeover is two entries');
  return { old, ended, started, after: foldRollout(NEW, started) };
}
const exposureIn = (entry: Entry) => {
  if (entry.type !== 'started') throw new Error('no start');
  return entry.data.exposure;
};

describe('a takeover', () => {
  it('SLU-DOOR, SLU-STICKY: exposes exactly whom the other one did', () => {
    fc.assert(
      fc.property(exposed, (grants) => {
        const { started } = takenOver(grants);
        const after = exposureIn(started).grants;
        expect([isNoWider(after, grants), isNoWider(grants, after)]).toEqual([true, true]);
      }),
    );
  });

  it('stands in the last stage that is no wider, or in the ramp to the first', () => {
    fc.assert(
      fc.property(exposed, (grants) => {
        const { old, after } = takenOver(grants);
        const takeover = takeoverOf(old);
        if (takeover === null) throw new Error('it was live');
        const stage = takeoverStage(NEW, takeover);
        const fits = NEW.contract.rolloutWedge.wedgeStages.map(({ targetPercentage }, index) =>
          isNoWider(grantsAt(NEW, [], index, thresholdOf(targetPercentage)), grants),
        );
        expect(stage).toBe(fits.includes(true) ? fits.lastIndexOf(true) : null);
        expect([after.phase, after.stageIndex]).toEqual(stage === null ? ['ramp', 0] : ['stage', stage]);
        expect([after.visit, after.epoch]).toEqual([stage === null ? 0 : 1, 1]);
      }),
    );
  });

  it('ends the other for good, and names the one that goes on', () => {
    const { old, ended } = takenOver([{ scope: FIRST.scope, threshold: 7000 }]);
    expect(foldRollout(old, ended)).toMatchObject({ wedgeState: 'SUPERSEDED', phase: 'ended', supersededBy: 'new' });
  });

  it('of what is not live, or only pretends, is none', () => {
    for (const old of [{ wedgeState: 'ROLLED_BACK' }, { wedgeState: 'PENDING' }, { dryRun: true }] as const) {
      expect(takeoverOf(rolloutOf(old))).toBeNull();
    }
    expect(takeoverOf(null)).toBeNull();
  });
});

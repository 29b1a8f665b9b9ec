import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Grants, isNoWider, largestThreshold } from '../../../src/domain/feature/grants.ts';
import { sameJson } from '../../../src/domain/feature/sameJson.ts';
import { thresholdOf } from '../../../src/domain/feature/threshold.ts';
import type { Entry, EntryType } from '../../../src/domain/ledger/entry.ts';
import { allowedCommands, legality } from '../../../src/domain/rollout/commands.ts';
import { foldRollout } from '../../../src/domain/rollout/foldRollout.ts';
import { standingApprovers } from '../../../src/domain/rollout/stageGate.ts';
import { isTerminal, type RolloutState, stageAt } from '../../../src/domain/rollout/state.ts';
import { type Act, type History, histories, historyOf, type Moment } from './history.ts';
import { contractOf, HOUR, T0 } from './situation.ts';

type Step = {
  readonly before: RolloutState;
  readonly after: RolloutState;
  readonly entry: Entry;
  readonly was: Moment;
};

const steps = ({ entries, moments }: History): readonly Step[] =>
  entries.slice(1).map((entry, index) => {
    const was = moments[index];
    const now = moments[index + 1];
    if (was === undefined || now === undefined) throw new Error('a moment is missing');
    return { before: was.rollout, after: now.rollout, entry, was };
  });

const forEveryStep = (check: (step: Step, history: History) => void) =>
  fc.assert(
    fc.property(histories, (history) => {
      for (const step of steps(history)) check(step, history);
    }),
  );

/** All that the next decision or command could look at. */
/** Without what only tells of it. */
const allowing = ({
  version: _,
  heldFor: _for,
  heldSinceMs: _since,
  lastEntryAtMs: _last,
  removal: _gone,
  ...rest
}: RolloutState) => rest;

describe('fold of a rollout', () => {
  it('of a whole chain is the fold entry by entry, wherever it is cut', () => {
    fc.assert(
      fc.property(histories, fc.nat(), ({ entries, moments }, at) => {
        const whole = entries.reduce<RolloutState | null>(foldRollout, null);
        expect(whole).toEqual(moments.at(-1)?.rollout);
        const cut = at % entries.length;
        const stored: RolloutState | null = JSON.parse(JSON.stringify(moments[cut]?.rollout ?? null));
        expect(entries.slice(cut + 1).reduce<RolloutState | null>(foldRollout, stored)).toEqual(whole);
      }),
    );
  });

  it('the version grows by one with what changes what is allowed, and with nothing else', () => {
    const told = ['held', 'preflight', 'audited', 'incidentLinked'] as const;
    const telling: readonly EntryType[] = [...told, 'exposureRemoved', 'exposureConfirmed'];
    forEveryStep(({ before, after, entry }) => {
      const tells = telling.includes(entry.type);
      expect(after.version - before.version).toBe(tells ? 0 : 1);
      if (tells) expect(allowing(after)).toEqual(allowing(before));
    });
  });

  it('a confirmation ends the wait of its own removal, tells the rollout so, and changes no version of the feature', () => {
    forEveryStep(({ before, after, entry }, { moments, entries }) => {
      if (entry.type !== 'exposureConfirmed') return;
      const at = entries.indexOf(entry);
      const [feature, earlier] = [moments[at]?.feature, moments[at - 1]?.feature];
      expect(feature?.version).toBe(earlier?.version);
      const waiting = earlier?.confirmationsPending ?? [];
      expect(feature?.confirmationsPending).toEqual(entry.dryRun ? waiting : waiting.slice(1));
      const isOfLast = before.removal?.removedAtMs === entry.data.removedAtMs;
      expect(after.removal?.confirmation?.unheard).toEqual(
        isOfLast ? ['replica:b'] : before.removal?.confirmation?.unheard,
      );
    });
  });

  it('an incident may be linked in any state, and stays open with the feature until it is resolved', () => {
    const states = new Set<string>();
    forEveryStep(({ before, entry }, { moments, entries }) => {
      if (entry.type !== 'incidentLinked') return;
      states.add(before.wedgeState);
      const at = entries.indexOf(entry);
      const open = moments[at]?.feature.openIncidents.map(({ reference }) => reference) ?? [];
      expect(open.includes(entry.data.reference)).toBe(!entry.data.resolved && !entry.dryRun);
      expect(new Set(open).size).toBe(open.length);
    });
    expect(states).toContain('PENDING');
    expect(states.has('COMPLETE') || states.has('ROLLED_BACK')).toBe(true);
  });

  it('attestations are told with who gave them, and nothing takes them away', () => {
    forEveryStep(({ before, after, entry }) => {
      if (entry.type !== 'attested') return expect(after.attestations).toEqual(before.attestations);
      const given = { name: '24 h soak passed', subject: entry.actor.subject, atMs: Date.parse(entry.at) };
      return expect(after.attestations).toEqual([...before.attestations, given]);
    });
  });

  it('terminal stays terminal', () => {
    forEveryStep(({ before, after }) => {
      if (isTerminal(before.wedgeState)) expect(after.wedgeState).toBe(before.wedgeState);
      expect(isTerminal(after.wedgeState)).toBe(after.phase === 'ended');
      expect(isTerminal(after.wedgeState)).toBe(after.endedAtMs !== null);
    });
  });

  it('INV-RWG-STAGED: a visit begins at every arrival, in the next stage or after a rollback in a lower one', () => {
    forEveryStep(({ before, after, entry }) => {
      const goesOn = entry.type === 'rolledBack' && entry.data.toStageIndex !== null;
      const arrives = after.phase === 'stage' && (goesOn || ['ramped', 'advanced', 'started'].includes(entry.type));
      expect(after.visit - before.visit).toBe(arrives ? 1 : 0);
      if (!arrives) return expect(after.stageIndex).toBe(before.stageIndex);
      expect(after.visitBeganAtMs).toBe(Date.parse(entry.at));
      const target = thresholdOf(stageAt(after, after.stageIndex).targetPercentage);
      // A hand may have lowered it meanwhile, and a rollback never raises.
      if (goesOn) expect(after.threshold).toBeLessThanOrEqual(target);
      else expect(after.threshold).toBe(target);
      if (entry.type === 'advanced') expect(after.stageIndex).toBe(before.stageIndex + 1);
      if (goesOn) expect(after.stageIndex).toBeLessThan(before.stageIndex);
      if (entry.type === 'started' || entry.type === 'ramped') expect(after.stageIndex).toBe(0);
    });
  });

  it('an epoch begins where clocks and counts begin anew: start, each visit, resume', () => {
    forEveryStep(({ before, after, entry }) => {
      const anew = after.visit > before.visit || entry.type === 'started' || entry.type === 'resumed';
      expect(after.epoch - before.epoch).toBe(anew ? 1 : 0);
      if (anew) expect(after.epochBeganAtMs).toBe(Date.parse(entry.at));
    });
  });

  it('acknowledgements last until the stage changes', () => {
    forEveryStep(({ before, after, entry }) => {
      if (entry.type === 'resumed') expect(after.acknowledged).toEqual(entry.data.acknowledged);
      else if (after.visit > before.visit) expect(after.acknowledged).toEqual([]);
      else expect(after.acknowledged).toEqual(before.acknowledged);
    });
  });

  it('a rollback voids every stage approval, and remembers where it came from', () => {
    forEveryStep(({ before, after, entry }) => {
      if (entry.type !== 'rolledBack') return;
      expect(after.stageApprovals).toEqual([]);
      expect(after.automaticRollbacks - before.automaticRollbacks).toBe(entry.data.automatic ? 1 : 0);
      if (entry.data.toStageIndex === null) return expect(after.wedgeState).toBe('ROLLED_BACK');
      expect(after.rolledBackFrom).toContain(stageAt(before, before.stageIndex).stageId);
      expect(after.wedgeState).toBe(before.wedgeState);
      return expect(after.cooldownUntilMs).toBe(Date.parse(entry.at) + HOUR);
    });
  });

  it('an approval counts for the stage that it names, whenever it was given, until a rollback', () => {
    fc.assert(
      fc.property(histories, ({ entries, moments }) => {
        const since = entries.findLastIndex(({ type }) => type === 'rolledBack') + 1;
        const words = entries.slice(since).filter((entry) => entry.type === 'stageApproved');
        const last = moments.at(-1)?.rollout;
        if (last === undefined) return;
        for (const { stageId } of last.contract.rolloutWedge.wedgeStages) {
          const ofStage = words.filter(({ data }) => data.stageId === stageId);
          const lastOf = new Map(ofStage.map(({ actor, data }) => [actor.subject, data.decision]));
          const rejected = [...lastOf.values()].includes('reject');
          expect(standingApprovers(last, stageId)).toEqual(rejected ? [] : [...lastOf.keys()]);
        }
      }),
    );
  });

  it('INV-RWG-BLAST: no grant of its own above the blast radius', () => {
    forEveryStep(({ after }) => {
      const allowed = thresholdOf(after.contract.rolloutWedge.maxBlastRadius);
      const own = after.grants.filter((grant) => !isNoWider([grant], after.base));
      for (const grant of own) expect(grant.threshold).toBeLessThanOrEqual(allowed);
    });
  });

  it('SLU-STICKY: what opens takes nobody away, and nothing but an opening lets anybody in', () => {
    forEveryStep(({ before, after, entry }) => {
      const opens = ['started', 'ramped', 'advanced'].includes(entry.type);
      if (opens) expect(isNoWider(before.grants, after.grants)).toBe(true);
      else expect(isNoWider(after.grants, before.grants)).toBe(true);
    });
  });

  it('a rollback never raises: what a hand has lowered stays as low', () => {
    forEveryStep(({ before, after, entry }) => {
      if (entry.type === 'rolledBack') expect(isNoWider(after.grants, before.grants)).toBe(true);
    });
  });

  it('SLU-DOOR: what a hand has once capped stays capped, whatever comes after', () => {
    forEveryStep(({ before, after, entry }) => {
      expect(after.cappedByHand).toBe(before.cappedByHand || entry.type === 'driftAdopted');
    });
  });

  it('SLU-DOOR: of what was there before there is left what a hand has left, and no more', () => {
    const expectLeft = (left: Grants, had: Grants, adopted: Grants) => {
      expect(isNoWider(left, had)).toBe(true);
      expect(isNoWider(left, adopted)).toBe(true);
    };
    forEveryStep(({ before, after, entry, was }, { moments, entries }) => {
      if (entry.type !== 'driftAdopted') return;
      expectLeft(after.base, before.base, after.grants);
      const settled = moments[entries.indexOf(entry)]?.feature.settled ?? [];
      if (!entry.dryRun) expectLeft(settled, was.feature.settled, after.grants);
    });
  });

  it('SLU-DOOR: a cap by hand lasts through a rollback to the previous stage', () => {
    const open: Act = { do: 'open' };
    const acts: readonly Act[] = [open, open, open, { do: 'cap', threshold: 5_000, internalOnly: false }];
    const { moments } = historyOf(
      contractOf(),
      [],
      [...acts, { do: 'rollBack', to: 'previousStage', automatic: true }],
    );
    expect(largestThreshold(moments.at(-1)?.rollout.grants ?? [])).toBe(5_000);
    expect(largestThreshold(moments.at(-1)?.feature.exposure.grants ?? [])).toBe(5_000);
  });

  it('zero is what the feature exposed before this rollout', () => {
    forEveryStep(({ before, after, entry, was }) => {
      if (entry.type === 'started') expect(after.base).toEqual(was.feature.settled);
      if (entry.type !== 'rolledBack' || entry.data.toStageIndex !== null || before.wedgeState === 'PENDING') return;
      expect(after.grants).toEqual(before.base);
    });
  });

  it("the feature exposes what its live rollout does, and afterwards what that left; a dry run's entries pretend", () => {
    fc.assert(
      fc.property(histories, ({ moments }) => {
        for (const { rollout, feature } of moments) {
          if (rollout.dryRun) {
            expect(feature.exposure.grants).toEqual([]);
            expect(feature.cooldownUntilMs).toBeNull();
          } else if (rollout.startedAtMs !== null) {
            expect(feature.exposure.grants).toEqual(rollout.grants);
            expect(feature.exposure.live?.rolloutId ?? null).toBe(isTerminal(rollout.wedgeState) ? null : rollout.id);
          }
          if (rollout.wedgeState === 'COMPLETE' && !rollout.dryRun) expect(feature.settled).toEqual(rollout.grants);
        }
      }),
    );
  });

  it('is a fold of JSON: nothing is lost on the way to the ledger and back', () => {
    fc.assert(
      fc.property(histories, ({ entries, moments }) => {
        const back: readonly Entry[] = JSON.parse(JSON.stringify(entries));
        expect(sameJson(back.reduce<RolloutState | null>(foldRollout, null), moments.at(-1)?.rollout)).toBe(true);
      }),
    );
  });

  it('names what does not belong', () => {
    const { entries, moments } = historyOf(contractOf(), [], [{ do: 'open' }]);
    const [created, started] = entries;
    if (created === undefined || started === undefined) throw new Error('no entries');
    expect(() => foldRollout(null, started)).toThrow(/rollout-1.*does not begin with `created`/);
    const proposed = { ...created, type: 'proposed' as const } as Entry;
    expect(() => foldRollout(moments[0]?.rollout ?? null, proposed)).toThrow(/proposed/);
  });
});

describe('where a rollback goes', () => {
  const folded = (...acts: readonly Act[]) => historyOf(contractOf(), [], acts).moments.at(-1)?.rollout;
  const open: Act = { do: 'open' };
  const back = (to: 'zero' | 'previousStage' | 'plan', automatic = true): Act => ({ do: 'rollBack', to, automatic });

  it.each<[string, readonly Act[]]>([
    ['from the ramp', [open]],
    ['from the first stage', [open, open]],
  ])('%s previous is zero', (_, acts) => {
    expect(folded(...acts, back('previousStage'))).toMatchObject({ wedgeState: 'ROLLED_BACK', grants: [] });
  });

  it('from a later stage to the one before, ACTIVE, in cooldown, and PAUSED where it was', () => {
    expect(folded(open, open, open, back('previousStage'))).toMatchObject({
      wedgeState: 'ACTIVE',
      stageIndex: 0,
      threshold: 10_000,
      rolledBackFrom: ['half'],
      cooldownUntilMs: T0 + 4 * 60_000 + HOUR,
    });
    expect(folded(open, open, open, { do: 'pause' }, back('previousStage'))).toMatchObject({ wedgeState: 'PAUSED' });
  });

  it('the second automatic one goes to zero, an operator may ask again', () => {
    const twice = [open, open, open, open, back('previousStage')];
    expect(folded(...twice, back('previousStage'))).toMatchObject({ wedgeState: 'ROLLED_BACK', automaticRollbacks: 2 });
    expect(folded(...twice, back('previousStage', false))).toMatchObject({ wedgeState: 'ACTIVE', stageIndex: 0 });
  });

  it('where the contract says, zero where it says nothing', () => {
    expect(folded(open, open, open, back('plan'))).toMatchObject({ wedgeState: 'ROLLED_BACK' });
  });

  it('cancels what is pending, which cools nothing down', () => {
    const cancelled = historyOf(contractOf(), [], [back('zero', false)]).moments.at(-1);
    expect(cancelled?.rollout).toMatchObject({ wedgeState: 'ROLLED_BACK', phase: 'ended' });
    expect(cancelled?.feature.removalPending).toBeNull();
    expect(cancelled?.feature.cooldownUntilMs ?? 0).toBeLessThanOrEqual(T0 + 60_000);
  });
});

describe('commands', () => {
  it('what stands or is illegal is never named as allowed, and closing is allowed wherever something can be closed', () => {
    fc.assert(
      fc.property(histories, ({ moments }) => {
        for (const { rollout } of moments) {
          const allowed = allowedCommands(rollout.wedgeState);
          for (const command of allowed) expect(legality(rollout.wedgeState, command)).toBe('allowed');
          if (!isTerminal(rollout.wedgeState)) expect(allowed).toContain('rollback');
        }
      }),
      { numRuns: 20 },
    );
  });
});

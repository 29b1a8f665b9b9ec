import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recompute } from '../../../src/domain/audit/table/recompute.ts';
import type { DecisionContext } from '../../../src/domain/rollout/context.ts';
import { decide } from '../../../src/domain/rollout/decide.ts';
import type { Poll } from '../../../src/domain/rollout/poll.ts';
import type { RolloutState } from '../../../src/domain/rollout/state.ts';
import { anyContext, anyMoment, anyPoll, anyRollout } from '../rollout/arbitraries.ts';
import { CALM, PASSING } from '../rollout/situation.ts';

const RUNS = Number(process.env['SIMULATION_RUNS'] ?? 500);

type Situation = readonly [RolloutState, Poll | null, DecisionContext, number];

const saidBy = (...situation: Situation) => {
  const decision = decide(...situation);
  const { kind, reason } = decision;
  return decision.kind === 'rollback' ? { kind, reason, to: decision.to } : { kind, reason };
};

/** Nothing in the way at first, so that the later rows are reached: what is drawn beside it may put it back. */
const calmContext: fc.Arbitrary<DecisionContext> = fc
  .record({ drawn: anyContext, calm: fc.nat(4) })
  .map(({ drawn, calm }) =>
    calm === 0
      ? drawn
      : {
          ...drawn,
          globalStop: false,
          storePaused: false,
          found: null,
          audit: calm > 2 ? 'PASS' : drawn.audit,
          featureCooldownUntilMs: calm > 2 ? null : drawn.featureCooldownUntilMs,
          calendar: calm > 2 ? null : drawn.calendar,
          waiverGap: calm > 2 ? null : drawn.waiverGap,
          gateHook: calm > 1 ? null : drawn.gateHook,
        },
  );

/** A poll of this rollout at this moment: with much as it was drawn, or with everything proven. */
function nearBy(rollout: RolloutState, poll: Poll, nowMs: number, calm: number): Poll {
  if (calm === 0) return poll;
  const here = { ...poll, atMs: nowMs, epoch: rollout.epoch, visit: rollout.visit };
  const activeMs = { ...poll.activeMs, noProgress: poll.onHold ? 1e12 : 0 };
  if (calm === 1) return { ...here, activeMs };
  const verdicts = [PASSING, CALM];
  const health = [{ fromMs: nowMs, passing: 5, withData: 5 }];
  if (calm === 2) return { ...here, activeMs, verdicts, health };
  const over = { visit: 1e12, observation: 1e12, noProgress: 0 };
  const proven = { ...here, activeMs: over, verdicts, health, counts: { [PASSING.key]: PASSING.consecutive } };
  if (calm === 3) return proven;
  if (calm === 4) return { ...proven, verdicts: [{ ...PASSING, outcome: 'fail', reason: 'doesNotHold' }, CALM] };
  // A trigger whose condition holds: of either severity, for its count or one poll short of it.
  const severity = poll.onHold ? ('rollback' as const) : ('pause' as const);
  // Every other one looks back on fewer polls than are remembered.
  const polls = poll.visit % 2 === 0 ? null : { atLeast: 2, ofLast: 3 };
  const bad = { ...CALM, severity, polls, outcome: 'fail' as const, reason: 'holds' as const };
  const history = { [bad.key]: poll.served ? '110101' : '111001' };
  const counts = { ...proven.counts, [bad.key]: bad.consecutive - (poll.served ? 0 : 1) };
  return { ...proven, verdicts: [PASSING, bad], counts, history };
}

/** Some contracts leave the verdict to an auditor, who may have spoken; some take another rollout over. */
const anyJudged: fc.Arbitrary<RolloutState> = fc
  .record({
    rollout: anyRollout,
    audit: fc.constantFrom('automatic' as const, 'external' as const),
    takesOver: fc.boolean(),
    auditFailedVisit: fc.option(fc.nat(3), { freq: 1 }),
    auditorsVerdicts: fc.array(
      fc.record({
        subject: fc.constantFrom('visit' as const, 'rollout' as const),
        visit: fc.nat(3),
        verdict: fc.constantFrom('PASS' as const, 'FAIL' as const, 'INCONCLUSIVE' as const),
        by: fc.constant('aurel'),
        atMs: anyMoment,
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ rollout, audit, takesOver, ...said }) => {
    const supersedes = takesOver ? { supersedes: 'rollout-2' } : {};
    return { ...rollout, ...said, contract: { ...rollout.contract, audit, ...supersedes } };
  });

const situations: fc.Arbitrary<Situation> = fc
  .tuple(anyJudged, fc.option(anyPoll, { freq: 12 }), calmContext, anyMoment, fc.nat(5))
  .map(([rollout, poll, context, nowMs, calm]) => [
    rollout,
    poll === null ? null : nearBy(rollout, poll, nowMs, calm),
    context,
    nowMs,
  ]);

describe('the decision table, written twice', () => {
  it('SLU-REPLAY: both give the same decision, whatever they are asked', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        expect(recompute(...situation)).toEqual(saidBy(...situation));
      }),
      { numRuns: RUNS },
    );
  });

  it('what is drawn reaches every row', () => {
    const rows = new Set(
      fc.sample(situations, { numRuns: 5000, seed: 1 }).map((situation) => decide(...situation).row),
    );
    expect([...rows].sort((one, other) => one - other)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,
    ]);
  });

  it('what is drawn takes over, and is refused it for every reason', () => {
    const starts = fc
      .sample(situations, { numRuns: 3000, seed: 4 })
      .filter(([{ contract, wedgeState }]) => wedgeState === 'PENDING' && contract.supersedes !== undefined)
      .map((situation) => decide(...situation));
    const reasons = new Set(starts.filter(({ row }) => row >= 15).map(({ reason }) => reason));
    expect([...reasons]).toEqual(expect.arrayContaining(['audit', 'concurrency', 'ready']));
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recompute } from '../../../src/domain/audit/table/recompute.ts';
import type { DecisionContext } from '../../../src/domain/rollout/context.ts';
import { decide } from '../../../src/domain/rollout/decide.ts';
import type { Poll } from '../../../src/domain/rollout/poll.ts';
import type { RolloutState } from '../../../src/domain/rollout/state.ts';
import { anyContext, anyMoment, anyPoll, anyRollout } from '../rollout/arbitraries.ts';

const RUNS = Number(process.env['SIMULATION_RUNS'] ?? 2000);

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
          audit: calm > 1 ? 'PASS' : drawn.audit,
          featureCooldownUntilMs: calm > 2 ? null : drawn.featureCooldownUntilMs,
          calendar: calm > 2 ? null : drawn.calendar,
          waiverGap: calm > 3 ? null : drawn.waiverGap,
          gateHook: calm > 3 ? null : drawn.gateHook,
        },
  );

/** A poll of this rollout at this moment, mostly with its clocks over and its criteria passing. */
function nearBy(rollout: RolloutState, poll: Poll, nowMs: number, calm: number): Poll {
  if (calm === 0) return poll;
  const verdicts = poll.verdicts.map((verdict) =>
    calm === 1 || verdict.outcome === 'inconclusive'
      ? verdict
      : {
          ...verdict,
          outcome: 'pass' as const,
          reason: verdict.role === 'success' ? ('holds' as const) : ('doesNotHold' as const),
        },
  );
  const activeMs = calm === 3 ? { visit: 1e12, observation: 1e12, noProgress: 0 } : { ...poll.activeMs, noProgress: 0 };
  const counts = calm === 3 ? Object.fromEntries(verdicts.map(({ key }) => [key, 9])) : poll.counts;
  return { ...poll, atMs: nowMs, epoch: rollout.epoch, visit: rollout.visit, verdicts, activeMs, counts };
}

/** Some contracts leave the verdict to an auditor, who may have spoken. */
const anyJudged: fc.Arbitrary<RolloutState> = fc
  .record({
    rollout: anyRollout,
    audit: fc.constantFrom('automatic' as const, 'external' as const),
    auditFailedVisit: fc.option(fc.nat(3)),
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
  .map(({ rollout, audit, ...said }) => ({ ...rollout, ...said, contract: { ...rollout.contract, audit } }));

const situations: fc.Arbitrary<Situation> = fc
  .tuple(anyJudged, fc.option(anyPoll, { freq: 12 }), calmContext, anyMoment, fc.nat(3))
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
    const rows = new Set(fc.sample(situations, 6_000).map((situation) => decide(...situation).row));
    expect([...rows].sort((one, other) => one - other)).toEqual([
      1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,
    ]);
  });
});

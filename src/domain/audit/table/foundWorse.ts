import type { WedgeStage } from '../../contract/wedge.ts';
import type { Comparison } from '../../health/comparison.ts';
import type { SequentialCriterion } from '../../health/criterion.ts';
import type { VerdictEvidence } from '../../health/verdict.ts';
import type { Poll } from '../../rollout/poll.ts';
import { type JudgedRollout, stageOf } from '../judgedRollout.ts';
import { logSum } from './logSum.ts';

/** Which of the rollout's comparisons are weighed together with a criterion's own, and at what α. */
type Weighed = {
  readonly own: string;
  readonly all: readonly string[];
  /** Those that the stage looks at, and that the poll has counted. */
  readonly here: readonly string[];
  /** What is left of α after the rollbacks so far. */
  readonly alpha: number;
};

/** As a comparison is named among those of a poll. */
const nameOf = ({ sli, margin, threshold }: SequentialCriterion) => JSON.stringify([sli, margin, threshold ?? null]);

/** Triggers of one severity, over all stages; a success criterion is weighed alone. */
function weighed(rollout: JudgedRollout, poll: Poll, own: SequentialCriterion): Weighed {
  const { wedgeStages } = rollout.contract.rolloutWedge;
  const all = wedgeStages.flatMap((stage) => alikeIn(stage, own));
  const names = (some: readonly SequentialCriterion[]) => [...new Set(some.map(nameOf))];
  const alpha = Math.min(...all.map((one) => one.alpha));
  return {
    own: nameOf(own),
    all: names(all),
    here: names(alikeIn(speaking(stageOf(rollout, rollout.stageIndex), poll), own)),
    alpha: alpha / 2 ** rollout.rolledBackFrom.length,
  };
}

type Triggers = Pick<WedgeStage, 'rollbackTrigger'>;

/** A comparison that was counted has its evidence beside its verdict. */
const speaking = ({ rollbackTrigger }: Triggers, { verdicts }: Poll): Triggers => ({
  rollbackTrigger: rollbackTrigger.filter(
    (_, index) => verdicts.find(({ key }) => key === `trigger/${index}`)?.evidence != null,
  ),
});

function alikeIn({ rollbackTrigger }: Triggers, own: SequentialCriterion): readonly SequentialCriterion[] {
  if (!('severity' in own)) return [own];
  return rollbackTrigger.flatMap((one) =>
    one.compare === 'sequential' && one.severity === own.severity && one.dryRun === own.dryRun ? [one] : [],
  );
}

/** What is held back for epochs to come is a tenth by as many as were opened. */
const logFound = ({ evidence: { logAtoms, epochsOpened } }: Comparison) =>
  logSum([Math.log(0.1 / epochsOpened), ...logAtoms]);

/** What has not begun since the last rollback has found nothing. */
const logFoundOf = (poll: Poll, name: string, rollbacks: number) => {
  const comparison = poll.comparisons[name];
  return comparison === undefined || comparison.rollbacks !== rollbacks ? 0 : logFound(comparison);
};

const isClose = (one: number, other: number) => Math.abs(one - other) <= 1e-9 * Math.max(1, Math.abs(other));

/**
 * Whether a sequential criterion has found treatment worse, from what the poll keeps of its comparisons; in words what does not
 * agree with what is said of it.
 */
export function foundWorse(
  rollout: JudgedRollout,
  poll: Poll,
  criterion: SequentialCriterion,
  said: VerdictEvidence | null,
): boolean | string {
  const { own, all, here, alpha } = weighed(rollout, poll, criterion);
  if (poll.comparisons[own] === undefined || said?.kind !== 'sequential') return 'rests on no comparison';
  const rollbacks = rollout.rolledBackFrom.length;
  const parts = all.map((name) => ({ name, log: logFoundOf(poll, name, rollbacks) - Math.log(all.length) }));
  const together = logSum(parts.map(({ log }) => log));
  if (!isClose(said.logNeeded, -Math.log(alpha)))
    return `asks for evidence of ${said.logNeeded}, not ${-Math.log(alpha)}`;
  if (!isClose(said.logEvidence, together))
    return `claims evidence of ${said.logEvidence}, and its counts make ${together}`;
  if (said.logEvidence < said.logNeeded) return false;
  const most = parts.reduce((largest, part) => (part.log > largest.log ? part : largest));
  // What another criterion of the stage found most of is that one's to say.
  return most.name === own || !here.includes(most.name);
}

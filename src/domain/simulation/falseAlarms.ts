import type { Contract } from '../contract/contract.ts';
import { type Estimate, shareOf } from '../statistics/shareEstimate.ts';
import type { Outcome } from './outcome.ts';

/** How one repetition over cohorts that fare alike went. */
export type Repetition = { readonly outcome: Outcome; readonly rollbacks: number; readonly hours: number };

/** How many, and their share with its 95 % interval. */
export type Share = { readonly count: number; readonly share: Estimate };

/** How often a plan would have been wrong about cohorts that fare alike. */
export type FalseAlarms = {
  readonly repetitions: number;
  /** At least once, whatever came of it. */
  readonly rolledBack: Share;
  /** How those ended, or stood at the end of the period, that were never rolled back. */
  readonly paused: Share;
  readonly completed: Share;
  readonly unfinished: Share;
  /** Of those that completed; null where none did. */
  readonly medianHoursToComplete: number | null;
};

/** @param repetitions one at least */
export function falseAlarmsOf(repetitions: readonly Repetition[]): FalseAlarms {
  const of = repetitions.length;
  const share = (isSo: (one: Repetition) => boolean): Share => {
    const count = repetitions.filter(isSo).length;
    return { count, share: shareOf(count, of) };
  };
  const ended = (outcome: Outcome) => share((one) => one.rollbacks === 0 && one.outcome === outcome);
  return {
    repetitions: of,
    rolledBack: share(({ rollbacks }) => rollbacks > 0),
    paused: ended('paused'),
    completed: ended('completed'),
    unfinished: ended('unfinished'),
    medianHoursToComplete: medianOf(
      repetitions
        .filter(({ outcome, rollbacks }) => outcome === 'completed' && rollbacks === 0)
        .map(({ hours }) => hours),
    ),
  };
}

/** Of an even number the mean of the two in the middle. */
function medianOf(values: readonly number[]): number | null {
  const rising = values.toSorted((one, other) => one - other);
  const [below, above] = [rising[Math.floor((rising.length - 1) / 2)], rising[Math.floor(rising.length / 2)]];
  return below === undefined || above === undefined ? null : (below + above) / 2;
}

/** SLIs with cohorts that can't be dealt, since they are levels: both cohorts show what everybody shows. */
export function notDealt(contract: Contract): readonly string[] {
  return contract.slis.flatMap(({ id, kind, cohort }) =>
    cohort !== undefined && (kind === 'quantile' || kind === 'gauge' || kind === 'promql') ? [id] : [],
  );
}

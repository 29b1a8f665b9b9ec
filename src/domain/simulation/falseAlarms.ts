import type { Contract } from '../contract/contract.ts';
import { median } from '../statistics/mannWhitney.ts';
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
  const ended = (outcome: Outcome) => share((one) => hasEnded(one, outcome));
  const hours = repetitions.filter((one) => hasEnded(one, 'completed')).map((one) => one.hours);
  return {
    repetitions: of,
    rolledBack: share(({ rollbacks }) => rollbacks > 0),
    paused: ended('paused'),
    completed: ended('completed'),
    unfinished: ended('unfinished'),
    medianHoursToComplete: hours.length === 0 ? null : median(hours),
  };
}

const hasEnded = (one: Repetition, as: Outcome) => one.rollbacks === 0 && one.outcome === as;

/** SLIs with cohorts that can't be dealt, since they are levels: both cohorts show what everybody shows. */
export function notDealt(contract: Contract): readonly string[] {
  return contract.slis.flatMap(({ id, kind, cohort }) =>
    cohort !== undefined && (kind === 'quantile' || kind === 'gauge' || kind === 'promql') ? [id] : [],
  );
}

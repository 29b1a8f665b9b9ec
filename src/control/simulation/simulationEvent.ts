import type { Happening, Stay } from '../../domain/simulation/diary.ts';
import type { FalseAlarms } from '../../domain/simulation/falseAlarms.ts';
import type { Outcome } from '../../domain/simulation/outcome.ts';
import type { SimulationWish } from '../../domain/simulation/request.ts';

/** What a simulation is about to do, once nothing speaks against it. */
export type Begun = {
  readonly feature: string;
  readonly as: SimulationWish['as'];
  readonly fromMs: number;
  readonly toMs: number;
  readonly pollIntervalMs: number;
  /** What a live rollout would have waited for, or been refused by. */
  readonly takenAsGiven: readonly string[];
};

/** A stay with those who would have been met in it. */
export type MetStay = Stay & Met & { readonly affectedCustomers: number | null };

/** `requests`: of everybody, by the SLI that counts them; null where none does. `requestsMet`: of them, by the percentage. */
export type Met = { readonly requests: number | null; readonly requestsMet: number | null };

export type SimulationResult = Begun & {
  readonly outcome: Outcome;
  /** When the rollout ended; null where the period did first. */
  readonly endedAtMs: number | null;
  readonly rollbacks: number;
  readonly happenings: readonly Happening[];
  readonly stays: readonly MetStay[];
  readonly met: Met;
  /** null where none were asked for. */
  readonly falseAlarms: FalseAlarms | null;
  /** SLIs that an A/A split can't deal: both cohorts show what everybody shows. */
  readonly notDealt: readonly string[];
};

/** In the order in which they are known; the result comes last and repeats what was told. */
export type SimulationEvent =
  | { readonly kind: 'begun'; readonly begun: Begun }
  | { readonly kind: 'progress'; readonly of: 'timeline' | 'falseAlarms'; readonly share: number }
  | { readonly kind: 'happening'; readonly happening: Happening }
  | { readonly kind: 'stay'; readonly stay: MetStay }
  | { readonly kind: 'result'; readonly result: SimulationResult };

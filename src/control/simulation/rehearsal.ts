import type { NamedCalendar } from '../../domain/calendar/shutBy.ts';
import type { Contract } from '../../domain/contract/contract.ts';
import type { Policy } from '../../domain/contract/policy.ts';
import type { Grants } from '../../domain/feature/grants.ts';
import { NO_GUARDS } from '../../domain/health/guards.ts';
import type { RolloutState } from '../../domain/rollout/state.ts';
import { isTerminal } from '../../domain/rollout/state.ts';
import { Diary, type Happening, type Stay } from '../../domain/simulation/diary.ts';
import type { Period } from '../../domain/simulation/request.ts';
import {
  polled,
  type SimulatedRollout,
  simulatedContext,
  simulatedRollout,
} from '../../domain/simulation/simulatedRollout.ts';
import { look } from '../sight/looking.ts';
import type { MetricSources } from '../sight/metricSources.ts';
import { ShutCalendars } from '../sight/shutCalendars.ts';
import type { Pacer } from './pacer.ts';

/** All that a simulated rollout rests on, read once. */
export type Setting = {
  readonly contract: Contract;
  readonly policy: Policy;
  /** What completed rollouts of the feature left. */
  readonly settled: Grants;
  readonly calendars: readonly NamedCalendar[];
  readonly pollIntervalMs: number;
  readonly period: Period;
};

/** What a rehearsal looks at, and whatever must know beforehand how many are met. */
export type Seen = {
  readonly sources: MetricSources;
  readonly exposes?: (rollout: RolloutState, nowMs: number) => void;
};

export type Moment =
  | { readonly kind: 'progress'; readonly atMs: number }
  | { readonly kind: 'happening'; readonly happening: Happening }
  | { readonly kind: 'stay'; readonly stay: Stay };

/**
 * A rollout of the contract from the beginning of the period, poll by poll, until it ends or the period does: looked at as the controller
 * looks, carried on as the controller does. Returns how it stands then.
 */
export async function* rehearse(setting: Setting, seen: Seen, pacer: Pacer): AsyncGenerator<Moment, RolloutState> {
  const { contract, policy, settled, pollIntervalMs, period } = setting;
  const diary = new Diary();
  const shut = new ShutCalendars();
  let at = simulatedRollout(contract, policy, settled, period.fromMs);
  let nowMs = period.fromMs;
  for (; nowMs <= period.toMs && !isTerminal(at.rollout.wedgeState); nowMs += pollIntervalMs) {
    seen.exposes?.(at.rollout, nowMs);
    const poll = await pollOf(at, setting, { sources: seen.sources, shut, nowMs });
    at = poll.after;
    const { happenings, ended } = diary.note(poll, nowMs, pollIntervalMs);
    if (ended !== null) yield { kind: 'stay', stay: ended };
    for (const happening of happenings) yield { kind: 'happening', happening };
    if (await pacer.breathe()) yield { kind: 'progress', atMs: nowMs };
  }
  const cutOff = diary.end(Math.min(nowMs, period.toMs));
  if (cutOff !== null) yield { kind: 'stay', stay: cutOff };
  return at.rollout;
}

type Now = { readonly sources: MetricSources; readonly shut: ShutCalendars; readonly nowMs: number };

async function pollOf(at: SimulatedRollout, setting: Setting, { sources, shut, nowMs }: Now) {
  const { contract, calendars, pollIntervalMs } = setting;
  const { comparisons, guards } = at.poll ?? { comparisons: {}, guards: NO_GUARDS };
  const looked = await look(sources, {
    rollout: at.rollout,
    comparisons,
    guards,
    nowMs,
    clockMs: nowMs,
    pollIntervalMs,
  });
  const { feature, criticality } = contract;
  const calendar = shut.by(calendars, { feature, criticality }, nowMs);
  return polled(at, looked, { context: simulatedContext(at, calendar, pollIntervalMs), nowMs });
}

import type { MetStay, SimulationEvent, SimulationResult } from '../../control/simulation/simulationEvent.ts';
import { msToHours } from '../../domain/hours.ts';
import type { Happening } from '../../domain/simulation/diary.ts';
import type { FalseAlarms, Share } from '../../domain/simulation/falseAlarms.ts';
import { timeOf, timeOrNull } from '../../domain/time.ts';

/** One line of the stream. */
export function simulationLine(event: SimulationEvent) {
  switch (event.kind) {
    case 'begun':
      return { type: 'begun', ...begunView(event.begun) };
    case 'progress':
      return { type: 'progress', of: event.of, percent: Math.round(event.share * 100) };
    case 'happening':
      return { type: 'decision', ...decisionView(event.happening) };
    case 'stay':
      return { type: 'stage', ...stageView(event.stay) };
    case 'result':
      return { type: 'result', ...simulationView(event.result) };
  }
}

export function simulationView(result: SimulationResult) {
  const { outcome, endedAtMs, rollbacks, happenings, stays, met, falseAlarms, notDealt } = result;
  return {
    ...begunView(result),
    outcome,
    endedAt: timeOrNull(endedAtMs),
    rollbacks,
    ...rounded(met),
    decisions: happenings.map(decisionView),
    stages: stays.map(stageView),
    falseAlarms: falseAlarms === null ? null : falseAlarmsView(falseAlarms),
    notDealt,
  };
}

type BegunEvent = Extract<SimulationEvent, { kind: 'begun' }>['begun'];

const begunView = ({ feature, as, fromMs, toMs, pollIntervalMs, takenAsGiven }: BegunEvent) => ({
  ...{ feature, as, from: timeOf(fromMs), to: timeOf(toMs), pollIntervalSeconds: pollIntervalMs / 1000, takenAsGiven },
});

function decisionView({ atMs, type, verdicts, ...happening }: Happening) {
  return { at: timeOf(atMs), decision: type, ...happening, verdicts };
}

function stageView(stay: MetStay) {
  const { stageId, phase, visit, fromMs, toMs, percentage, heldMs, affectedCustomers } = stay;
  const held = Object.entries(heldMs).map(([reason, ms]) => [reason, hours(ms)] as const);
  const span = { from: timeOf(fromMs), to: timeOf(toMs), hours: hours(toMs - fromMs) };
  const heldHours = Object.fromEntries(held);
  return { stageId, phase, visit, ...span, percentage, heldHours, ...rounded(stay), affectedCustomers };
}

const falseAlarmsView = ({ repetitions, medianHoursToComplete, ...ends }: FalseAlarms) => ({
  repetitions,
  rolledBack: shareView(ends.rolledBack),
  paused: shareView(ends.paused),
  completed: shareView(ends.completed),
  unfinished: shareView(ends.unfinished),
  medianHoursToComplete,
});

const shareView = ({ count, share: { value, low, high } }: Share) => ({ count, share: value, low, high });

const hours = (ms: number) => Number(msToHours(ms).toFixed(3));

/** Counts are worked out of rates: their fractions mean nothing. */
const rounded = ({ requests, requestsMet }: Pick<MetStay, 'requests' | 'requestsMet'>) => ({
  requests: requests === null ? null : Math.round(requests),
  requestsMet: requestsMet === null ? null : Math.round(requestsMet),
});

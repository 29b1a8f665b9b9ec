import type { Operator } from '../health/criterion.ts';
import type { SuggestionRequest } from './request.ts';
import { thresholdOfSeverity } from './severity.ts';
import type { Chosen } from './suggestThreshold.ts';
import { neededHours } from './windowFit.ts';

const OPERATORS: Readonly<Record<SuggestionRequest['kind'], Readonly<Record<'lower' | 'higher', Operator>>>> = {
  trigger: { lower: '>', higher: '<' },
  successCriterion: { lower: '<=', higher: '>=' },
};

export function operatorOf({ kind, sli }: SuggestionRequest): Operator {
  return OPERATORS[kind][sli.direction];
}

/** One plain sentence on what is suggested, or why nothing is. */
export function suggestionSaid(request: SuggestionRequest, chosen: Chosen | null, knownHours: number): string {
  const { most, perHours } = request.falseAlarms;
  const wanted = `${most} false ${most === 1 ? 'alarm' : 'alarms'} in ${perHours} h`;
  if (chosen === null) return nothingSaid(wanted, neededHours(most / perHours), knownHours);
  const { candidate, fit, level, secondsToSee } = chosen;
  const shown = thresholdOfSeverity(request.sli.direction, fit.severity);
  const running = candidate.consecutive === 1 ? '' : `, ${candidate.consecutive} polls running,`;
  const seen = thresholdOfSeverity(request.sli.direction, Number(level.toPrecision(3)));
  const noticed =
    secondsToSee === null ? 'would not be noticed' : `is noticed after about ${Math.ceil(secondsToSee)} s`;
  return (
    `over ${candidate.windowSeconds} s${running} ${request.sli.id} ${operatorOf(request)} ${shown} keeps to ${wanted}: ` +
    `${Math.round(knownHours)} h of the past had at most ${fit.alarms}, and with 95 % confidence there are at most ` +
    `${Number(fit.atMostPerDay.toPrecision(3))} a day while all stays as it was; a level of ${seen} ${noticed}`
  );
}

function nothingSaid(wanted: string, needed: number, knownHours: number): string {
  const known = Math.floor(knownHours);
  if (needed <= knownHours) return `no threshold keeps to ${wanted}: nothing that was asked for has data enough`;
  return (
    `the past is too short to show ${wanted}: ${Math.ceil(needed)} h without a single one would be needed, and ${known} h are known; ` +
    'ask for more of the past, or for more false alarms'
  );
}

import type { z } from 'zod';
import type { ThresholdSuggestion } from '../../control/application.ts';
import type { HeldOut } from '../../domain/suggestion/heldOut.ts';
import type { SuggestionRequest } from '../../domain/suggestion/request.ts';
import { thresholdOfSeverity } from '../../domain/suggestion/severity.ts';
import { operatorOf, suggestionSaid } from '../../domain/suggestion/suggestionSaid.ts';
import type { Candidate, Chosen } from '../../domain/suggestion/suggestThreshold.ts';
import { type CurvePoint, neededHours } from '../../domain/suggestion/windowFit.ts';
import { timeOf } from '../../domain/time.ts';
import type { suggestionSchema } from '../schemas/suggestion.ts';

type View = z.infer<typeof suggestionSchema>;
type Direction = SuggestionRequest['sli']['direction'];

export function suggestionView(request: SuggestionRequest, found: ThresholdSuggestion): View {
  const { candidates, chosen, everySeconds } = found;
  const { most, perHours } = request.falseAlarms;
  const known = chosen?.candidate.knownHours ?? Math.max(0, ...candidates.map(({ knownHours }) => knownHours));
  return {
    said: suggestionSaid(request, chosen, known),
    suggestion: chosen === null ? null : chosenView(request, chosen),
    neededHours: neededHours(most / perHours),
    from: timeOf(found.fromMs),
    to: timeOf(found.toMs),
    lookEverySeconds: everySeconds,
    candidates: candidates.map((candidate) => candidateView(request.sli.direction, candidate)),
  };
}

function chosenView(request: SuggestionRequest, { candidate, fit, level, secondsToSee }: Chosen): View['suggestion'] {
  const { id, direction } = request.sli;
  const { windowSeconds, minSamples, consecutive } = candidate;
  const threshold = thresholdOfSeverity(direction, fit.severity);
  const operator = operatorOf(request);
  return {
    criterion: { sli: id, compare: 'absolute', operator, threshold, windowSeconds, minSamples, consecutive },
    atMostPerDay: fit.atMostPerDay,
    level: thresholdOfSeverity(direction, level),
    secondsToSee,
    heldOut: heldOutView(direction, candidate.heldOut),
  };
}

function candidateView(direction: Direction, candidate: Candidate): View['candidates'][number] {
  const { askedHours, usual, fit, curve, heldOut, ...same } = candidate;
  return {
    ...same,
    gapHours: Math.max(0, askedHours - same.knownHours),
    usual: usual === null ? null : thresholdOfSeverity(direction, usual),
    fit: fit === null ? null : pointView(direction, fit),
    curve: curve.map((point) => pointView(direction, point)),
    heldOut: heldOutView(direction, heldOut),
  };
}

function pointView(direction: Direction, { severity, ...point }: CurvePoint) {
  return { threshold: thresholdOfSeverity(direction, severity), ...point };
}

function heldOutView(direction: Direction, heldOut: HeldOut | null) {
  if (heldOut === null) return null;
  const { severity, ...rest } = heldOut;
  return { threshold: thresholdOfSeverity(direction, severity), ...rest };
}

import type { Sli } from '../health/sli.ts';
import { type HeldOut, heldOut } from './heldOut.ts';
import { affordableSamples, hoursKnown, type Looks, withSamples } from './looks.ts';
import { severityOf, sustained } from './severity.ts';
import { type CurvePoint, curveOf, fittedPoint, thresholdsOf } from './windowFit.ts';

/** The past of one window. */
export type RecordedWindow = {
  /** Of the criterion. */
  readonly windowSeconds: number;
  /** Over which all traffic was measured: as much of it as the criterion's arm will have in its own window. */
  readonly measuredSeconds: number;
  readonly looks: Looks;
};

export type SuggestionWish = {
  readonly direction: Sli['direction'];
  /** Each count to try; polls running in which the condition must hold. */
  readonly consecutive: readonly number[];
  readonly alarmsPerHour: number;
  /** A level that has to be noticed soon, in the SLI's unit; null: twice as far from the usual as the lowest threshold. */
  readonly mustSee: number | null;
};

/** What the past says of one window and count. */
export type Candidate = {
  readonly windowSeconds: number;
  readonly measuredSeconds: number;
  readonly consecutive: number;
  readonly minSamples: number;
  /** Hours of the past with data, and in all. */
  readonly knownHours: number;
  readonly askedHours: number;
  /** The median severity; null where nothing is known. */
  readonly usual: number | null;
  readonly curve: readonly CurvePoint[];
  /** null where the past is too short for the wanted rate. */
  readonly fit: CurvePoint | null;
  readonly heldOut: HeldOut | null;
};

export type Chosen = {
  readonly candidate: Candidate;
  readonly fit: CurvePoint;
  /** The level by which it was chosen, as a severity. */
  readonly level: number;
  /** About how long such a level lasts before it is noticed; null where it never is. */
  readonly secondsToSee: number | null;
};

/** What the past of one window says of each count. */
export function candidatesOf(window: RecordedWindow, wish: SuggestionWish): readonly Candidate[] {
  const { windowSeconds, measuredSeconds } = window;
  const minSamples = affordableSamples(window.looks);
  const looks = withSamples(window.looks, minSamples);
  const each = looks.values.map((value) => (value === null ? null : severityOf(wish.direction, value)));
  const shared = {
    ...{ windowSeconds, measuredSeconds, minSamples },
    knownHours: hoursKnown(looks),
    askedHours: (looks.values.length * looks.everySeconds) / 3600,
    usual: medianOf(each),
  };
  const reach = Math.max(1, Math.ceil(measuredSeconds / looks.everySeconds));
  return wish.consecutive.map((consecutive) => {
    const recorded = { severities: sustained(each, consecutive), reach, hours: shared.knownHours };
    const thresholds = thresholdsOf(recorded);
    return {
      ...shared,
      consecutive,
      curve: curveOf(thresholds),
      fit: fittedPoint(thresholds, wish.alarmsPerHour),
      heldOut: heldOut(recorded, wish.alarmsPerHour),
    };
  });
}

/**
 * Of all windows and counts the one that would notice the level soonest; null where none keeps the wanted rate.
 *
 * @param everySeconds from one look to the next
 */
export function chosenOf(candidates: readonly Candidate[], wish: SuggestionWish, everySeconds: number): Chosen | null {
  const fitted = candidates.flatMap((candidate) => {
    const { fit, usual } = candidate;
    return fit === null || usual === null ? [] : [{ candidate, fit, usual }];
  });
  const lowest = fitted.toSorted((a, b) => a.fit.severity - b.fit.severity)[0];
  if (lowest === undefined) return null;
  const { direction, mustSee } = wish;
  const level = mustSee === null ? 2 * lowest.fit.severity - lowest.usual : severityOf(direction, mustSee);
  const seen = fitted.map(({ candidate, fit, usual }) => {
    const { windowSeconds, consecutive } = candidate;
    const filling = timeToFill(windowSeconds, { usual, level, threshold: fit.severity });
    const secondsToSee = filling === null ? null : filling + consecutive * everySeconds;
    return { candidate, fit, level, secondsToSee };
  });
  // Of windows that would not notice it, the one with the lowest threshold comes closest.
  const order = (one: Chosen) => one.secondsToSee ?? Number.POSITIVE_INFINITY;
  return seen.toSorted((a, b) => order(a) - order(b) || a.fit.severity - b.fit.severity)[0] ?? null;
}

type Rise = { readonly usual: number; readonly level: number; readonly threshold: number };

/** Until so much of the window is of the new level that its mean exceeds the threshold: exact for means and ratios, about right for quantiles. */
function timeToFill(windowSeconds: number, { usual, level, threshold }: Rise): number | null {
  if (level <= threshold) return null;
  return threshold <= usual ? 0 : windowSeconds * ((threshold - usual) / (level - usual));
}

function medianOf(severities: ReadonlyArray<number | null>): number | null {
  const known = Float64Array.from(severities.filter((severity) => severity !== null)).sort();
  return known[Math.floor(known.length / 2)] ?? null;
}

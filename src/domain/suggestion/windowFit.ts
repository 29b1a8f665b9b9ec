import { mostMeanBehind } from '../statistics/poissonBound.ts';
import type { Severities } from './alarmEpisodes.ts';
import { lowestThresholds } from './alarmEpisodes.ts';
import { roundedUp } from './severity.ts';

/** What the past shows of one window and count. */
export type RecordedSeverities = {
  readonly severities: Severities;
  /** Looks that one window reaches: what is nearer than that is one episode. */
  readonly reach: number;
  /** Hours of the past that looks with data stand for. */
  readonly hours: number;
};

/** The same as thresholds by the alarms that they may have: what fit and curve are read from. */
export type Thresholds = { readonly lowest: readonly number[]; readonly hours: number };

/** A threshold, as a severity, and the alarms that it would have raised. */
export type CurvePoint = {
  readonly severity: number;
  /** At most so many, in the hours that are known. */
  readonly alarms: number;
  readonly perDay: number;
  /** At 95 % confidence, of a future that is as the past was. */
  readonly atMostPerDay: number;
};

const MOST_ALARMS = 400;
const CURVE_ALARMS = [0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 400];
const HOURS_PER_DAY = 24;

export function thresholdsOf({ severities, reach, hours }: RecordedSeverities): Thresholds {
  return { lowest: lowestThresholds(severities, reach, MOST_ALARMS), hours };
}

/**
 * The lowest threshold that keeps to the wanted rate, with 95 % confidence; null where the past is too short to show one that rare.
 * How many alarms it may have had follows from the hours alone, before anything is looked at, so that the threshold is an order
 * statistic with a bound that holds for any distribution: Wilks 1941, "Determination of Sample Sizes for Setting Tolerance Limits".
 */
export function fittedPoint({ lowest, hours }: Thresholds, alarmsPerHour: number): CurvePoint | null {
  const alarms = allowedAlarms(hours, alarmsPerHour);
  const severity = alarms === null ? undefined : lowest[alarms];
  return alarms === null || severity === undefined ? null : pointAt(severity, alarms, hours);
}

/** Threshold against false alarms, from none on. */
export function curveOf({ lowest, hours }: Thresholds): readonly CurvePoint[] {
  const points = CURVE_ALARMS.flatMap((alarms) => {
    const severity = lowest[alarms];
    return severity === undefined ? [] : [pointAt(severity, alarms, hours)];
  });
  // Where a threshold already has so few, the larger counts say the same of it.
  return points.filter(({ severity }, index) => index === 0 || severity < (points[index - 1]?.severity ?? 0));
}

/** How many hours without a single alarm would be needed to promise this rate. */
export function neededHours(alarmsPerHour: number): number {
  return mostMeanBehind(0) / alarmsPerHour;
}

function allowedAlarms(hours: number, alarmsPerHour: number): number | null {
  const isAllowed = (alarms: number) => mostMeanBehind(alarms) <= alarmsPerHour * hours;
  if (!isAllowed(0)) return null;
  let [allowed, tooMany] = [0, MOST_ALARMS + 1];
  while (tooMany - allowed > 1) {
    const middle = Math.floor((allowed + tooMany) / 2);
    if (isAllowed(middle)) allowed = middle;
    else tooMany = middle;
  }
  return allowed;
}

function pointAt(severity: number, alarms: number, hours: number): CurvePoint {
  return {
    severity: roundedUp(severity),
    alarms,
    perDay: (alarms / hours) * HOURS_PER_DAY,
    atMostPerDay: (mostMeanBehind(alarms) / hours) * HOURS_PER_DAY,
  };
}

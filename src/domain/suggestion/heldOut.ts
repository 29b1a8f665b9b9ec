import { mostMeanBehind, poissonAtLeast } from '../statistics/poissonBound.ts';
import { alarmEpisodes } from './alarmEpisodes.ts';
import { fittedPoint, type RecordedSeverities, thresholdsOf } from './windowFit.ts';

/** The same method, fitted on the first two thirds of the past and measured on the last. */
export type HeldOut = {
  readonly severity: number;
  readonly fittedHours: number;
  readonly heldOutHours: number;
  /** In the last third. */
  readonly alarms: number;
  /** What the first two thirds promised of it, at 95 % confidence. */
  readonly atMostExpected: number;
  /** False: so many were no chance even at the promised rate. The past does not stay as it is, and promises nothing. */
  readonly kept: boolean;
};

const FITTED_SHARE = 2 / 3;
const SURPRISING = 0.05;

/** null where nothing is known of the first part. */
export function heldOut(recorded: RecordedSeverities, alarmsPerHour: number): HeldOut | null {
  const { severities, reach, hours } = recorded;
  const split = Math.floor(FITTED_SHARE * severities.length);
  const [first, last] = [severities.slice(0, split), severities.slice(split)];
  const hoursOf = (part: readonly unknown[]) => hours * (knownIn(part) / Math.max(1, knownIn(severities)));
  const fittedHours = hoursOf(first);
  const thresholds = thresholdsOf({ severities: first, reach, hours: fittedHours });
  const fitted = fittedPoint(thresholds, alarmsPerHour);
  // Too short to show the wanted rate: then by the highest that it saw.
  const severity = fitted?.severity ?? thresholds.lowest[0];
  if (severity === undefined || fittedHours === 0) return null;
  const heldOutHours = hoursOf(last);
  const alarms = alarmEpisodes(last, reach, severity);
  const atMostExpected = (mostMeanBehind(fitted?.alarms ?? 0) / fittedHours) * heldOutHours;
  const kept = poissonAtLeast(atMostExpected, alarms) >= SURPRISING;
  return { severity, fittedHours, heldOutHours, alarms, atMostExpected, kept };
}

const knownIn = (severities: readonly unknown[]) => severities.filter((severity) => severity !== null).length;

import type { WindowedCriterion } from '../health/criterion.ts';
import { type TrafficBasis, type UnknownPower, unknownPower, type WindowPower } from './criterionPower.ts';

/**
 * How many samples a window will hold on average, beside those that its criterion asks for.
 *
 * @param perHour requests of those whom the criterion measures
 */
export function windowPower(
  { windowSeconds, minSamples }: WindowedCriterion,
  perHour: number,
  trafficFrom: TrafficBasis,
): WindowPower | UnknownPower {
  if (windowSeconds === 0) return unknownPower('notCounted', 'it looks at the latest sample, which is no window');
  const expectedSamples = (perHour * windowSeconds) / 3600;
  return {
    kind: 'window',
    windowSeconds,
    expectedSamples,
    trafficFrom,
    minSamples,
    enough: expectedSamples >= minSamples,
  };
}

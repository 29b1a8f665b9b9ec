import { type DetectionQuestion, detectionHours } from '../statistics/detectionTime.ts';
import {
  type BaseRateBasis,
  type ComparisonPower,
  type Detection,
  type SeenAfterHours,
  type TrafficBasis,
  type UnknownPower,
  unknownPower,
} from './criterionPower.ts';

/** A rise by half, a doubling, five times as many; an outage is told beside them. */
const RELATIVE_RISKS = [1.5, 2, 5];

export type ComparisonTraffic = Omit<DetectionQuestion, 'relativeRisk'> & {
  readonly trafficFrom: TrafficBasis;
  readonly baseRateFrom: BaseRateBasis;
};

/** What a sequential criterion sees at this traffic within so many hours. */
export function comparisonPower(traffic: ComparisonTraffic, windowHours: number): ComparisonPower | UnknownPower {
  const { treatmentPerHour, controlPerHour, baseRate, phi, ...rest } = traffic;
  if (!(treatmentPerHour > 0)) return unknownPower('noTraffic', 'there are no requests to be counted');
  if (!(controlPerHour > 0)) return unknownPower('noControl', 'there is no control to compare with');
  if (!(baseRate > 0))
    return unknownPower('noBadRequests', 'no bad request was seen that a rise could be a multiple of');
  const risks = [...RELATIVE_RISKS.filter((risk) => risk * baseRate < 1), 1 / baseRate];
  const detections = risks.map((risk) => detection(traffic, risk, windowHours));
  return {
    kind: 'comparison',
    treatmentPerHour,
    controlPerHour,
    baseRate,
    dispersion: phi,
    ...rest,
    windowHours,
    detections,
  };
}

function detection(traffic: ComparisonTraffic, relativeRisk: number, windowHours: number): Detection {
  const { median, p90 } = detectionHours({ ...traffic, relativeRisk }, windowHours);
  return {
    relativeRisk,
    badShare: Math.min(1, relativeRisk * traffic.baseRate),
    medianHours: seenAfter(median),
    p90Hours: seenAfter(p90),
  };
}

const seenAfter = (hours: number | null): SeenAfterHours => hours ?? 'notWithinWindow';

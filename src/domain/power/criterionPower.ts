/** Hours until something is seen, or that it takes longer than the stage is sure to last. */
export type SeenAfterHours = number | 'notWithinWindow';

/** A rise of bad requests that is there from the stage's first poll. */
export type Detection = {
  /** How many times the control's. */
  readonly relativeRisk: number;
  /** The share of bad requests that this makes; 1: an outage. */
  readonly badShare: number;
  readonly medianHours: SeenAfterHours;
  readonly p90Hours: SeenAfterHours;
};

/** Where a number comes from: the source's past, the plan's author, the quantile itself, or what the stage has counted. */
export type TrafficBasis = 'past' | 'expected' | 'measured';
export type BaseRateBasis = TrafficBasis | 'quantile';

export type ComparisonPower = {
  readonly kind: 'comparison';
  readonly treatmentPerHour: number;
  readonly controlPerHour: number;
  readonly trafficFrom: TrafficBasis;
  readonly baseRate: number;
  readonly baseRateFrom: BaseRateBasis;
  /** φ by which the evidence will be divided. */
  readonly dispersion: number;
  /** Of this comparison alone: those that are weighed together share theirs. */
  readonly alpha: number;
  readonly margin: number;
  /** How long the stage lasts at the least. */
  readonly windowHours: number;
  readonly detections: readonly Detection[];
};

export type WindowPower = {
  readonly kind: 'window';
  readonly windowSeconds: number;
  readonly expectedSamples: number;
  readonly trafficFrom: TrafficBasis;
  readonly minSamples: number;
  /** False: the criterion stays short of samples, and the gate held. */
  readonly enough: boolean;
};

export type UnknownPower = {
  readonly kind: 'unknown';
  /**
   * `noControl`: nothing to compare with at 100 %; `noTraffic`: nobody came; `noBadRequests`: none to be a multiple of;
   * `notCounted`: its samples are no requests; `tooYoung`: too little counted in this stage yet; `notAsked`: the plan has more
   * criteria than are looked at; `noPast`, `unavailable`: what the source said.
   */
  readonly reason: UnknownReason;
  readonly detail: string;
};
export const UNKNOWN_REASONS = [
  'noPast',
  'unavailable',
  'noControl',
  'noTraffic',
  'noBadRequests',
  'notCounted',
  'tooYoung',
  'notAsked',
] as const;
type UnknownReason = (typeof UNKNOWN_REASONS)[number];

export type Power = ComparisonPower | WindowPower | UnknownPower;

/** What one criterion of a stage can notice, and the same in one sentence. */
export type CriterionPower = Power & {
  /** Its place in the stage: `trigger/0`. */
  readonly criterion: string;
  readonly sli: string;
  readonly said: string;
};

export function unknownPower(reason: UnknownReason, detail: string): UnknownPower {
  return { kind: 'unknown', reason, detail };
}

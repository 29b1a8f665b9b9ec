import type { Arrivals } from './armTraffic.ts';

/** One kind of release, simulated thousands of times. Plain JSON. */
export type Cell = {
  readonly key: string;
  readonly title: string;
  readonly arrivals: Arrivals;
  /** Of each arm and poll, in the mean. */
  readonly requests: number;
  readonly usualRate: number;
  readonly fault: Fault | null;
  /** A service's life beside the release: requests rise and fall by half over the day, the usual rate wanders. */
  readonly dailyCycle: boolean;
  readonly drifts: boolean;
  /** Looks at most. */
  readonly polls: number;
  /** Whether Sluice is also measured with a second criterion, healthy all the time, beside this one. */
  readonly secondCriterion: boolean;
};

/** From this poll on, numbered from 0, the treatment fails at this rate. */
type Fault = { readonly fromPoll: number; readonly rate: number };

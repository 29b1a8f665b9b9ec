import type { Cell } from './cell.ts';
import type { ClusterSize } from './clusterSize.ts';
import { POLLS_PER_HOUR } from './polling.ts';

const LOOKS = 1000;
const HEALTHY_REQUESTS = 100;
/** At a base of 0.01 %, so that there are as many bad requests as at 0.1 %. */
const RARE_REQUESTS = 1000;
/** Small polls: in large ones every method waits for the end of the same poll, and all are alike. */
const FAULTY_REQUESTS = 10;
/** Twice as large, to show how much of a ratio is the poll's. */
const COARSE_REQUESTS = 20;
/** The least that the rule for outages looks at. */
const OUTAGE_REQUESTS = 20;
/** 25 hours: long enough for every method that finds the fault in the median. */
const LONGEST_POLLS = 6000;
/** An outage that was not found by then is none that was found. */
const OUTAGE_POLLS = 100;

const percent = (rate: number) => Number((100 * rate).toPrecision(12));

const STEADY = { arrivals: { kind: 'counted' }, dailyCycle: false, drifts: false } as const;

function healthy(usualRate: number, requests: number): Cell {
  return {
    ...STEADY,
    key: `healthy${percent(usualRate)}`,
    title: `healthy, base ${percent(usualRate)} %`,
    requests,
    usualRate,
    fault: null,
    polls: LOOKS,
    secondCriterion: true,
  };
}

/** Of each base rate. */
export const HEALTHY: readonly Cell[] = [
  healthy(0.05, HEALTHY_REQUESTS),
  healthy(0.01, HEALTHY_REQUESTS),
  healthy(0.001, HEALTHY_REQUESTS),
  healthy(0.0001, RARE_REQUESTS),
];

/** As healthy as these, with the traffic of the faulty ones: what false alarms their times of detection are bought with. */
export const SPARSE: Cell = {
  ...healthy(0.01, FAULTY_REQUESTS),
  key: 'sparse',
  title: `healthy, base 1 %, ${FAULTY_REQUESTS} requests a poll`,
};

/** Traffic and base rate as they are in life; single users, so φ is 1. */
export const WANDERING: Cell = {
  ...healthy(0.01, HEALTHY_REQUESTS),
  key: 'wandering',
  title: 'healthy, base 1 % that wanders, daily cycle',
  arrivals: { kind: 'single' },
  dailyCycle: true,
  drifts: true,
};

const SIZES: ReadonlyArray<readonly [ClusterSize, string]> = [
  ['geometric', 'geometric, mean 5'],
  ['logNormal', 'log-normal, mean 5, σ 1.2'],
  ['constant', 'constant 20'],
];

export const CLUSTERED: readonly Cell[] = SIZES.flatMap(([size, title]) =>
  [1, 12].map((sessionPolls) => ({
    ...healthy(0.01, HEALTHY_REQUESTS),
    key: `clustered-${size}-${sessionPolls}`,
    title: `healthy, base 1 %, clusters ${title}, sessions of ${sessionPolls}`,
    arrivals: { kind: 'clustered' as const, size, sessionPolls },
    dailyCycle: true,
    secondCriterion: false,
  })),
);

function faulty(usualRate: number, rate: number, fromPoll = 0): Cell {
  const change = `${percent(usualRate)}→${percent(rate)} %`;
  return {
    ...STEADY,
    key: `${percent(usualRate)}to${percent(rate)}${fromPoll === 0 ? '' : 'Late'}`,
    title: fromPoll === 0 ? change : `${change} after ${fromPoll.toLocaleString('en')} healthy polls`,
    requests: FAULTY_REQUESTS,
    usualRate,
    fault: { fromPoll, rate },
    polls: fromPoll + LONGEST_POLLS,
    secondCriterion: true,
  };
}

export const FAULTY: readonly Cell[] = [
  faulty(0.01, 0.05),
  faulty(0.001, 0.01),
  faulty(0.01, 0.02),
  faulty(0.01, 0.015),
  faulty(0.01, 0.03),
  faulty(0.2, 0.3),
  faulty(0.5, 0.75),
  faulty(0.01, 0.05, LOOKS),
  faulty(0.9, 0.95),
];

/** The same changes in larger polls. */
export const COARSE: readonly Cell[] = FAULTY.map((cell) => ({
  ...cell,
  key: `${cell.key}-coarse`,
  title: `${cell.title}, ${COARSE_REQUESTS} requests a poll`,
  requests: COARSE_REQUESTS,
  secondCriterion: false,
}));

function outage(usualRate: number, fromPoll: number): Cell {
  return {
    ...faulty(usualRate, 1, fromPoll),
    key: `outage${percent(usualRate)}${fromPoll === 0 ? '' : 'Late'}`,
    title: `outage, base ${percent(usualRate)} %${fromPoll === 0 ? '' : `, after ${fromPoll.toLocaleString('en')} healthy polls`}`,
    requests: OUTAGE_REQUESTS,
    polls: fromPoll + OUTAGE_POLLS,
    secondCriterion: false,
  };
}

export const OUTAGES: readonly Cell[] = [0, POLLS_PER_HOUR].flatMap((fromPoll) =>
  [0.05, 0.01, 0.0001].map((usualRate) => outage(usualRate, fromPoll)),
);

import { type Estimate, shareOf } from '../../src/domain/statistics/shareEstimate.ts';
import type { Cell } from './cell.ts';
import { CLUSTERED, FAULTY, HEALTHY, OUTAGES } from './cells.ts';
import { type Results, rolledBack } from './results.ts';
import { delays, medianRatio, p99Polls } from './speed.ts';

/** What must hold, and how it is worked out. */
export type Requirement = {
  /** Its name in the line of JSON. */
  readonly figure: string;
  readonly title: string;
  readonly unit: '%' | '' | 'polls';
  readonly limit: number;
  readonly measure: (results: Results) => Estimate;
  /** What the figure leaves out. */
  readonly remark?: (results: Results) => string;
};

const inPercent = ({ value, low, high }: Estimate): Estimate => ({
  value: 100 * value,
  low: 100 * low,
  high: 100 * high,
});

function falseAlarms(cell: Cell, method: 'sluiceOfUsers' | 'sluiceOfRequests', limit: number): Requirement {
  return {
    figure: `${cell.key}RolledBackPercent`,
    title: cell.title,
    unit: '%',
    limit,
    measure: (results) => inPercent(shareOf(rolledBack(results, cell, method), results.runs)),
  };
}

/** By the key of the cell: the most that the median may be of the confidence sequence's. */
const RATIO_LIMITS: Readonly<Record<string, number>> = {
  '1to5': 0.65,
  '0.1to1': 0.75,
  '1to2': 1.1,
  '1to1.5': 1.2,
  '1to3': 0.9,
  '20to30': 0.75,
  '50to75': 0.7,
  '1to5Late': 0.7,
};

function medianRatios(cell: Cell): readonly Requirement[] {
  const limit = RATIO_LIMITS[cell.key];
  if (limit === undefined) return [];
  return [
    {
      figure: `ratio${cell.key}`,
      title: `${cell.title}: median requests ÷ the confidence sequence's`,
      unit: '',
      limit,
      measure: (results) => medianRatio(results, cell, 'sluiceOfUsers'),
      remark: (results) => leftOut(results, cell),
    },
  ];
}

function outageTime(cell: Cell): Requirement {
  return {
    figure: `${cell.key}P99Polls`,
    title: `${cell.title}: 99th percentile`,
    unit: 'polls',
    limit: 2,
    measure: (results) => p99Polls(results, cell, 'sluiceOfUsers'),
    remark: (results) => leftOut(results, cell),
  };
}

/** Runs that were never rolled back count as infinitely long ones, those rolled back before the fault not at all. */
function leftOut(results: Results, cell: Cell): string {
  const tell = (name: string, method: 'sluiceOfUsers' | 'confidence') => {
    const { never, early } = delays(results, cell, method);
    return [
      ...(never === 0 ? [] : [`${name} never in ${never}`]),
      ...(early === 0 ? [] : [`${name} before the fault in ${early}`]),
    ];
  };
  const told = [...tell('Sluice', 'sluiceOfUsers'), ...tell('confidence sequence', 'confidence')].join(', ');
  return told === '' ? '' : `${told} of ${results.runs}`;
}

const NO_DATA: Requirement = {
  figure: 'noDataScenariosMoved',
  title: 'no-data scenarios that advance or roll back',
  unit: '',
  limit: 0,
  measure: ({ noData: { moved } }) => ({ value: moved.length, low: moved.length, high: moved.length }),
  remark: ({ noData: { scenarios, moved } }) => [`of ${scenarios}`, ...moved].join(', '),
};

export const REQUIREMENTS: readonly Requirement[] = [
  ...HEALTHY.map((cell) => falseAlarms(cell, 'sluiceOfUsers', 4.5)),
  ...CLUSTERED.map((cell) => falseAlarms(cell, 'sluiceOfRequests', 5)),
  ...FAULTY.flatMap(medianRatios),
  ...OUTAGES.map(outageTime),
  NO_DATA,
];

export type Verdict = Requirement & { readonly estimate: Estimate; readonly met: boolean; readonly said: string };

export function verdictsOf(results: Results): readonly Verdict[] {
  return REQUIREMENTS.map((requirement) => {
    const estimate = requirement.measure(results);
    const met = estimate.value <= requirement.limit;
    return { ...requirement, estimate, met, said: requirement.remark?.(results) ?? '' };
  });
}

import type { Bench, Figures } from './bench.ts';

export type Result = {
  readonly figures: Figures;
  readonly limits: Figures;
  readonly floors: Figures;
  /** Of each limited figure: what share of its limit it took; of one with a floor: what share of it the floor is. */
  readonly ratios: Figures;
  readonly met: boolean;
};

export function resultOf({ limits, floors = {} }: Bench, measured: Figures): Result {
  const figures = mapped(measured, (value) => value);
  const ratios = {
    ...mapped(limits, (limit, name) => shareOf(measuredAs(name, measured), limit)),
    ...mapped(floors, (floor, name) => shareOf(floor, measuredAs(name, measured))),
  };
  return { figures, limits, floors, ratios, met: Object.values(ratios).every((ratio) => ratio <= 1) };
}

function measuredAs(name: string, measured: Figures): number {
  const value = measured[name];
  if (value === undefined) throw new Error(`the limited figure ${name} was not measured`);
  return value;
}

/** Where nothing is allowed, nothing is within the limit and anything is infinitely much. */
function shareOf(value: number, limit: number): number {
  return limit === 0 && value === 0 ? 0 : value / limit;
}

/** For people: a line per figure, the limited ones with their limit. */
export function tableOf(name: string, { figures, limits, floors, ratios }: Result): string {
  const rows = Object.entries(figures).map(([figure, value]) => {
    const bound = limits[figure] === undefined ? `≥ ${floors[figure]}` : `≤ ${limits[figure]}`;
    const ratio = ratios[figure];
    const judged = ratio === undefined ? '' : `${bound}  ${share(ratio)}`;
    return `  ${figure.padEnd(36)}${String(value).padStart(12)}  ${judged}`.trimEnd();
  });
  return [`\n${name}`, ...rows].join('\n');
}

const share = (ratio: number) => `${Math.round(ratio * 100)} % of the limit${ratio > 1 ? ', NOT MET' : ''}`;

function mapped(figures: Figures, change: (value: number, name: string) => number): Figures {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, rounded(change(value, name))]));
}

const rounded = (value: number) => Number(value.toPrecision(4));

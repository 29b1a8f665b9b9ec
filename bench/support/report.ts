import type { Bench, Figures } from './bench.ts';

export type Result = {
  readonly figures: Figures;
  readonly limits: Figures;
  /** Of each limited figure: what share of its limit it took. */
  readonly ratios: Figures;
  readonly met: boolean;
};

export function resultOf({ limits }: Bench, measured: Figures): Result {
  const figures = mapped(measured, (value) => value);
  const ratios = mapped(limits, (limit, name) => {
    const value = measured[name];
    if (value === undefined) throw new Error(`the limited figure ${name} was not measured`);
    return shareOf(value, limit);
  });
  return { figures, limits, ratios, met: Object.values(ratios).every((ratio) => ratio <= 1) };
}

/** Where nothing is allowed, nothing is within the limit and anything is infinitely much. */
function shareOf(value: number, limit: number): number {
  return limit === 0 && value === 0 ? 0 : value / limit;
}

/** For people: a line per figure, the limited ones with their limit. */
export function tableOf(name: string, { figures, limits, ratios }: Result): string {
  const rows = Object.entries(figures).map(([figure, value]) => {
    const limit = limits[figure];
    const ratio = ratios[figure];
    const judged = limit === undefined || ratio === undefined ? '' : `≤ ${limit}  ${share(ratio)}`;
    return `  ${figure.padEnd(36)}${String(value).padStart(12)}  ${judged}`.trimEnd();
  });
  return [`\n${name}`, ...rows].join('\n');
}

const share = (ratio: number) => `${Math.round(ratio * 100)} % of the limit${ratio > 1 ? ', NOT MET' : ''}`;

function mapped(figures: Figures, change: (value: number, name: string) => number): Figures {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, rounded(change(value, name))]));
}

const rounded = (value: number) => Number(value.toPrecision(4));

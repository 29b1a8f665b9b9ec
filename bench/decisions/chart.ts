import type { Cell } from './cell.ts';
import { CLUSTERED } from './cells.ts';
import { METHODS, type MethodKey } from './methods.ts';
import type { Verdict } from './requirements.ts';
import { type Results, rolledBack } from './results.ts';
import { HEALTHY_CELLS } from './tables.ts';

const WIDTH = 1000;
const LEFT = 410;
const RIGHT = 40;
const ROW = 30;
const LANE = 4;
const HEADER = 84;
const GAP = 34;
const LONGEST_RATIO = 1.4;

type Series = { readonly method: MethodKey; readonly colour: string };

/** In this order from the top; Sluice is the lowest. */
const OTHERS: readonly Series[] = [
  { method: 'threshold', colour: '#c2410c' },
  { method: 'argo', colour: '#d97706' },
  { method: 'flagger', colour: '#a16207' },
  { method: 'rankSum', colour: '#7c3aed' },
  { method: 'confidence', colour: '#64748b' },
];
const SLUICE = { title: 'Sluice', colour: '#0369a1' };

/** Two panels: healthy releases that are rolled back, and how long the faulty ones take. */
export function chartOf(results: Results, verdicts: readonly Verdict[]): string {
  const ratios = verdicts.filter(({ figure }) => figure.startsWith('ratio'));
  const second = HEADER + HEALTHY_CELLS.length * ROW + GAP;
  const height = second + HEADER + ratios.length * ROW + GAP;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="13">`,
    '<title>False alarms of each method, and the time to detection against a confidence sequence</title>',
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    ...alarmPanel(results),
    ...ratioPanel(ratios, second),
    '</svg>\n',
  ].join('\n');
}

function alarmPanel(results: Results): readonly string[] {
  const x = (share: number) => LEFT + share * (WIDTH - LEFT - RIGHT);
  const bottom = HEADER + HEALTHY_CELLS.length * ROW;
  const rows = HEALTHY_CELLS.flatMap((cell, index) => {
    const y = HEADER + (index + 0.5) * ROW;
    const series = [...OTHERS, { method: ownMethod(cell), colour: SLUICE.colour }];
    // Each method at a height of its own, so that equal shares do not hide one another.
    const dots = series.map(({ method, colour }, lane) =>
      dot(x(alarmShare(results, cell, method)), y + (lane - (series.length - 1) / 2) * LANE, colour),
    );
    return [label(cell.title.replace('healthy, ', ''), y), ...dots];
  });
  return [
    title('Healthy releases that are rolled back within 1,000 looks', 0),
    ...legend(),
    ...axis([0, 0.25, 0.5, 0.75, 1], x, bottom, HEADER, (share) => `${100 * share} %`),
    limitLine(x(0.05), HEADER, bottom),
    text(x(0.05) + 4, HEADER - 6, '5 %', 'start', '#dc2626'),
    ...rows,
  ];
}

function ratioPanel(ratios: readonly Verdict[], top: number): readonly string[] {
  const x = (ratio: number) => LEFT + (Math.min(ratio, LONGEST_RATIO) / LONGEST_RATIO) * (WIDTH - LEFT - RIGHT);
  const first = top + HEADER - 24;
  const rows = ratios.flatMap(({ title: said, limit, estimate: { value, low, high } }, index) => {
    const y = first + (index + 0.5) * ROW;
    return [
      label(said.split(':')[0] ?? said, y),
      `<rect x="${LEFT}" y="${y - 7}" width="${fixed(x(value) - LEFT)}" height="14" fill="${SLUICE.colour}"/>`,
      `<line x1="${fixed(x(low))}" x2="${fixed(x(high))}" y1="${y}" y2="${y}" stroke="#0c1a26" stroke-width="2"/>`,
      limitLine(x(limit), y - 10, y + 10),
    ];
  });
  return [
    title('Faulty releases: median requests until Sluice rolls back ÷ the confidence sequence’s (red: limit)', top),
    ...axis([0, 0.5, 1], x, first + ratios.length * ROW, first, String),
    ...rows,
  ];
}

/** As Sluice is run there: on requests in bursts with φ from history, else on users. */
const ownMethod = (cell: Cell): MethodKey => (CLUSTERED.includes(cell) ? 'sluiceOfRequests' : 'sluiceOfUsers');

const alarmShare = (results: Results, cell: Cell, method: MethodKey) =>
  rolledBack(results, cell, method) / results.runs;

function legend(): readonly string[] {
  const entries = [SLUICE, ...OTHERS.map(({ method, colour }) => ({ title: METHODS[method].title, colour }))];
  return entries.flatMap(({ title: said, colour }, index) => {
    const x = 16 + index * 160;
    return [dot(x + 5, 48, colour), text(x + 16, 52, said, 'start', '#334155')];
  });
}

function axis(
  ticks: readonly number[],
  x: (value: number) => number,
  bottom: number,
  top: number,
  said: (value: number) => string,
): readonly string[] {
  return ticks.flatMap((tick) => [
    `<line x1="${fixed(x(tick))}" x2="${fixed(x(tick))}" y1="${top}" y2="${bottom}" stroke="#e2e8f0"/>`,
    text(x(tick), bottom + 16, said(tick), 'middle', '#64748b'),
  ]);
}

const title = (said: string, top: number) =>
  `<text x="16" y="${top + 26}" font-size="16" font-weight="600" fill="#0f172a">${said}</text>`;
const label = (said: string, y: number) => text(LEFT - 12, y + 4, said, 'end', '#0f172a');
const dot = (x: number, y: number, colour: string) =>
  `<circle cx="${fixed(x)}" cy="${fixed(y)}" r="4" fill="${colour}" fill-opacity="0.85"/>`;
const limitLine = (x: number, top: number, bottom: number) =>
  `<line x1="${fixed(x)}" x2="${fixed(x)}" y1="${top}" y2="${bottom}" stroke="#dc2626" stroke-width="2"/>`;
const text = (x: number, y: number, said: string, anchor: 'start' | 'middle' | 'end', colour: string) =>
  `<text x="${fixed(x)}" y="${y}" text-anchor="${anchor}" fill="${colour}">${said}</text>`;
const fixed = (value: number) => value.toFixed(1);

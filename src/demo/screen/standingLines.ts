import type { Comparison, Standing } from '../story/screen.ts';
import { bar } from './bar.ts';

/** How a rollout stands, in three short lines. */
export function standingLines(standing: Standing): readonly string[] {
  return [
    `${bar(standing.percentage)} ${standing.percentage} %  ${standing.stage}`,
    comparisonsOf(standing),
    `waits for ${standing.waitsFor}`,
  ];
}

/** `errors: new 1.1 %, old 0.9 %; 95 % are answered within: new 24 ms, old 25 ms` */
export function comparisonsOf({ errors, latencySeconds }: Standing): string {
  const errorText = sides(errors, (share) => `${(share * 100).toFixed(1)} %`);
  const latencyText = sides(latencySeconds, (seconds) => `${Math.round(seconds * 1000)} ms`);
  return `errors: ${errorText}; 95 % answered within: ${latencyText}`;
}

function sides({ treatment, control }: Comparison, text: (value: number) => string): string {
  const side = (value: number | null) => (value === null ? '–' : text(value));
  return `new ${side(treatment)}, old ${side(control)}`;
}

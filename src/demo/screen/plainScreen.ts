import type { Screen, Standing } from '../story/screen.ts';
import { sinceStart } from './sinceStart.ts';
import { comparisonsOf } from './standingLines.ts';

/** Lines, for logs and pipes: of how it stands only what is new, and the numbers every few seconds. */
export function plainScreen(write: (line: string) => void): Screen {
  const NUMBERS_EVERY_MS = 4000;
  let startedAtMs = 0;
  let lastWaitsFor = '';
  let numbersAtMs = 0;
  const happened = (atMs: number, text: string) => write(`${sinceStart(startedAtMs, atMs)}  ${text}`);
  const stands = (standing: Standing, atMs: number) => {
    // What stands in brackets counts down, and would be new each time.
    const waitsFor = standing.waitsFor.replace(/ \(.*\)$/s, '');
    if (waitsFor !== lastWaitsFor) happened(atMs, `  waits for ${waitsFor}`);
    lastWaitsFor = waitsFor;
    if (standing.errors.treatment === null || atMs - numbersAtMs < NUMBERS_EVERY_MS) return;
    numbersAtMs = atMs;
    happened(atMs, `  ${comparisonsOf(standing)}`);
  };
  return {
    say: write,
    chapter: (title, atMs) => {
      startedAtMs = atMs;
      lastWaitsFor = '';
      write(`\n${title}`);
    },
    happened,
    stands,
  };
}

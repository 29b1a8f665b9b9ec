import type { Screen } from '../story/screen.ts';
import { sinceStart } from './sinceStart.ts';
import { standingLines } from './standingLines.ts';

export type Terminal = {
  readonly write: (text: string) => void;
  readonly columns: () => number;
};

const BOLD = '\u001b[1m';
const DIM = '\u001b[2m';
const PLAIN = '\u001b[0m';
const CLEAR_BELOW = '\u001b[0J';
const upBy = (lines: number) => (lines === 0 ? '' : `\u001b[${lines}F`);
const INDENT = ' '.repeat(10);

/** A terminal: what happened scrolls, and below it stands, always renewed, how it is now. */
export function liveScreen({ write, columns }: Terminal): Screen {
  let startedAtMs = 0;
  let below: readonly string[] = [];
  /** Prints above what stands, and renews that. */
  const draw = (above: string, next: readonly string[]) => {
    const standing = next.map((line) => `${DIM}${line}${PLAIN}\n`).join('');
    write(`${upBy(below.length)}${CLEAR_BELOW}${above}${standing}`);
    below = next;
  };
  /** A wrapped line would be counted as one, and leave its rest behind. */
  const fitting = (line: string) => `${INDENT}${line}`.slice(0, Math.max(20, columns() - 1));
  return {
    say: (text) => draw(`${text}\n`, []),
    chapter: (title, atMs) => {
      startedAtMs = atMs;
      draw(`\n${BOLD}${title}${PLAIN}\n`, []);
    },
    happened: (atMs, text) => draw(`${sinceStart(startedAtMs, atMs)}  ${text}\n`, below),
    stands: (standing) => draw('', standingLines(standing).map(fitting)),
  };
}

import { describe, expect, test } from 'vitest';
import { liveScreen } from '../../src/demo/screen/liveScreen.ts';
import { plainScreen } from '../../src/demo/screen/plainScreen.ts';
import type { Standing } from '../../src/demo/story/screen.ts';

const STANDING: Standing = {
  feature: 'checkout-v2',
  percentage: 50,
  stage: 'half, 2 of 3',
  errors: { treatment: 0.011, control: 0.009 },
  latencySeconds: { treatment: 0.024, control: null },
  waitsFor: 'a full window (7 s left)',
};

const ESCAPE = '\u001b';
const SEQUENCE = new RegExp(`(${ESCAPE}\\[\\d*[FJm]|\n)`);
const UP = new RegExp(`^${ESCAPE}\\[(\\d+)F$`);

/** What a terminal shows in the end: knows the two control sequences that the screen uses. */
function rendered(output: string): readonly string[] {
  const lines: string[] = [''];
  for (const part of output.split(SEQUENCE)) {
    const up = UP.exec(part)?.[1];
    if (up !== undefined) lines.splice(lines.length - 1 - Number(up), Number(up) + 1, '');
    else if (part === '\n') lines.push('');
    else if (!part.startsWith(ESCAPE)) lines[lines.length - 1] += part;
  }
  return lines.slice(0, -1);
}

describe('the screen of a terminal', () => {
  function watched(columns = 100) {
    const written: string[] = [];
    const screen = liveScreen({ write: (text) => written.push(text), columns: () => columns });
    return { screen, lines: () => rendered(written.join('')) };
  }

  test('what stands is renewed below what happened', () => {
    const { screen, lines } = watched();
    screen.chapter('A good release', 1000);
    screen.stands({ ...STANDING, percentage: 25 }, 1500);
    screen.happened(2000, '50 % of the users may meet it');
    screen.stands(STANDING, 2500);
    expect(lines()).toEqual([
      '',
      'A good release',
      '   1.0 s  50 % of the users may meet it',
      '          ████████████░░░░░░░░░░░░ 50 %  half, 2 of 3',
      '          errors: new 1.1 %, old 0.9 %; 95 % answered within: new 24 ms, old –',
      '          waits for a full window (7 s left)',
    ]);
  });

  test('a story that is over leaves nothing standing', () => {
    const { screen, lines } = watched();
    screen.stands(STANDING, 0);
    screen.say('over');
    expect(lines()).toEqual(['over']);
  });

  test('long lines are cut, so that what stands can be renewed', () => {
    const { screen, lines } = watched(40);
    screen.stands({ ...STANDING, waitsFor: 'x'.repeat(200) }, 0);
    expect(Math.max(...lines().map((line) => line.length))).toBe(39);
  });
});

describe('the screen of a pipe', () => {
  test('tells what stands only where it is new', () => {
    const lines: string[] = [];
    const screen = plainScreen((line) => lines.push(line));
    screen.chapter('A good release', 1000);
    screen.stands(STANDING, 6000);
    screen.stands({ ...STANDING, waitsFor: 'a full window (6 s left)' }, 7000);
    screen.stands({ ...STANDING, waitsFor: 'an approval' }, 8000);
    expect(lines).toEqual([
      '\nA good release',
      '   5.0 s    waits for a full window',
      '   5.0 s    errors: new 1.1 %, old 0.9 %; 95 % answered within: new 24 ms, old –',
      '   7.0 s    waits for an approval',
    ]);
  });
});

import { describe, expect, test } from 'vitest';
import { labelMatch } from '../../src/adapters/scrape/labelMatch.ts';
import { UnsupportedRegexError, wholeMatch } from '../../src/adapters/scrape/wholeMatch.ts';

describe('label matching without a Prometheus', () => {
  test('takes a label that is not there as empty', () => {
    const none = new Map<string, string>();
    const holds = (operator: '=' | '!=' | '=~' | '!~', value: string) =>
      labelMatch([{ label: 'a', operator, value }])(none);
    expect([holds('=', ''), holds('!=', ''), holds('=~', '.*'), holds('=~', '.+'), holds('!~', '.+')]).toEqual([
      true,
      false,
      true,
      false,
      true,
    ]);
  });

  test('wants all matchers to hold', () => {
    const matches = labelMatch([
      { label: 'a', operator: '=', value: '1' },
      { label: 'b', operator: '!~', value: '2|3' },
    ]);
    expect(
      matches(
        new Map([
          ['a', '1'],
          ['b', '4'],
        ]),
      ),
    ).toBe(true);
    expect(
      matches(
        new Map([
          ['a', '1'],
          ['b', '3'],
        ]),
      ),
    ).toBe(false);
    expect(
      matches(
        new Map([
          ['a', '2'],
          ['b', '4'],
        ]),
      ),
    ).toBe(false);
  });

  test.for<[string, string, boolean]>([
    ['5..', '503', true],
    ['5..', '5033', false],
    ['get|post', 'post', true],
    ['get|post', 'poster', false],
    ['(?i)get', 'GET', true],
    ['.*', 'two\nlines', true],
    ['[[:alpha:]]+', 'abc', true],
    ['\\pL+', 'äß', true],
    ['a.c', 'a😀c', true],
    ['', '', true],
    ['(a+)+', 'aaaa', true],
  ])('matches the whole of a value as Prometheus does: %s on %s is %s', ([expression, value, matches]) => {
    expect(wholeMatch(expression)(value)).toBe(matches);
  });

  test.for(['(?=a)a', '(?<=a)b', '(a)\\1', '\\C', 'a**', '(a', 'a)', '[b-a]', '[', '*', 'x{1001}'])(
    'refuses %s, which Prometheus refuses too',
    (expression) => {
      expect(() => wholeMatch(expression)).toThrow(UnsupportedRegexError);
    },
  );

  test('an expression that doubles its work with each character, for an engine that backtracks, is matched or refused at once', () => {
    expect(wholeMatch('(.|.)'.repeat(40))('a'.repeat(40))).toBe(true);
    expect(wholeMatch('(a+)+b')('a'.repeat(5000))).toBe(false);
    expect(() => wholeMatch('(x{0,100}){0,10}')('x'.repeat(1024))).toThrow(UnsupportedRegexError);
  });

  test('has no more to do in all than one question may cost, and equal values cost once', () => {
    const matches = wholeMatch('(a|b)*c');
    const values = Array.from({ length: 20_000 }, (_, value) => `value-${value}`.padEnd(100));
    expect(() => values.forEach(matches)).toThrow(UnsupportedRegexError);
    const again = wholeMatch('(a|b)*c');
    expect(values.map(() => again('same')).every((matched) => !matched)).toBe(true);
  });
});

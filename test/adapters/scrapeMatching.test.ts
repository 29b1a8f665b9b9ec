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

  test.for([
    '(?i)get',
    '(?i:get)',
    '(?P<name>a)',
    '(?=a)a',
    '(?<=a)b',
    '(a)\\1',
    '[[:alpha:]]+',
    '\\pL',
    '\\Aa\\z',
    '\\Qa.b\\E',
    '\\C',
    'a**',
    '(a',
    'a)',
    '[b-a]',
    '[',
    '*',
    '(a+)+',
    '(a|a)*',
    '(ab){2}',
    'a*b*c*',
    'a?a?a?a?a?a?a?a?a?',
  ])('refuses %s, which differs between the engines or has no bound', (expression) => {
    expect(() => wholeMatch(expression)).toThrow(UnsupportedRegexError);
  });

  test('refuses a value of any length at all', () => {
    const matches = wholeMatch('.*a.*');
    expect(matches('b'.repeat(1024))).toBe(false);
    expect(() => matches('b'.repeat(1025))).toThrow(UnsupportedRegexError);
  });
});

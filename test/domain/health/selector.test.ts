import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatSelector, type Matcher, parseSelector, SelectorError } from '../../../src/domain/health/selector.ts';

const name = fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,20}$/);
const label = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,10}$/).filter((text) => text !== '__name__');
const operator = fc.constantFrom<Matcher['operator'][]>('=', '!=', '=~', '!~');
const matcher = fc.record({ label, operator, value: fc.string({ unit: 'grapheme' }) });
const selector = fc.record({ name, matchers: fc.array(matcher, { maxLength: 4 }) });

describe('a selector', () => {
  test('is read back as it was written, whatever its values hold', () => {
    fc.assert(
      fc.property(selector, (one) => {
        expect(parseSelector(formatSelector(one))).toEqual(one);
      }),
    );
  });

  test('may stand without braces, with empty ones, with a comma behind the last matcher, with space anywhere', () => {
    const up = { name: 'up', matchers: [] };
    for (const text of ['up', 'up{}', ' up { } ', '{__name__="up"}']) expect(parseSelector(text)).toEqual(up);
    const one = { name: 'up', matchers: [{ label: 'job', operator: '!~', value: 'a|b' }] };
    const texts = ['up{job!~"a|b"}', 'up{job!~"a|b",}', ' up\n{ job !~\t"a|b" , }', '{job!~"a|b",__name__="up"}'];
    for (const text of texts) expect(parseSelector(text)).toEqual(one);
  });

  test('takes the three kinds of string, with their escapes', () => {
    const value = (literal: string) => parseSelector(`m{l=${literal}}`).matchers[0]?.value;
    expect(value(String.raw`"a\"b\\c\n\u00e9\x41\101\U0001F600"`)).toBe('a"b\\c\né\x41\x41😀');
    expect(value(String.raw`'a"b\'c'`)).toBe('a"b\'c');
    expect(value('`a\\d"b`')).toBe('a\\d"b');
  });

  test.for([
    '',
    '5xx',
    '{}',
    '{job="a"}',
    '{__name__=~"http.*"}',
    'up{',
    'up}',
    'up{job}',
    'up{job="a"',
    'up{job="a" x="b"}',
    'up{job=a}',
    'up{job=="a"}',
    'up{job="a}',
    'up{,}',
    'up{job="\\q"}',
    'up{job="\\xff"}',
    'up{job="\\ud800"}',
    'up[5m]',
    'up offset 1h',
    'up or vector(1)',
    'sum(up)',
    'up{job="a"}) or (down',
    'up # a comment',
    '"quoted"',
    'up{__name__="down"}',
    '{__name__="up",__name__=~"u.*"}',
  ])('refuses %s', (text) => {
    expect(() => parseSelector(text)).toThrow(SelectorError);
  });

  test('of any text is read or refused, and nothing else', () => {
    const texts = fc.oneof(fc.string(), fc.stringMatching(/^[a-z{}="',~!\\ `]*$/));
    fc.assert(
      fc.property(texts, (text) => {
        try {
          const read = parseSelector(text);
          expect(parseSelector(formatSelector(read))).toEqual(read);
        } catch (error) {
          expect(error).toBeInstanceOf(SelectorError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

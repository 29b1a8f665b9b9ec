import fc from 'fast-check';
import { Counter, Histogram, Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { type ExposedSample, ExpositionError, parseExposition } from '../../src/adapters/scrape/exposition.ts';

const TEXT = 'text/plain; version=0.0.4; charset=utf-8';
const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

const name = fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,12}$/);
const label = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/);
const labels = fc.uniqueArray(fc.tuple(label, fc.string({ unit: 'binary' })), {
  selector: ([key]) => key,
  maxLength: 4,
});
const timestampMs = fc.option(fc.integer({ min: 0, max: 4_000_000_000_000 }), { nil: null });
const sample = fc.record({ name, labels: labels.map((entries) => new Map(entries)), value: fc.double(), timestampMs });
const space = fc.constantFrom(' ', '\t', '   ');

function printed({ name, labels, value, timestampMs }: ExposedSample, gap: string): string {
  const pairs = [...labels].map(([key, text]) => `${key}="${escaped(text)}"`);
  const braces = pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
  const time = timestampMs === null ? '' : `${gap}${timestampMs}`;
  return `${name}${braces}${gap}${numeral(value)}${time}`;
}

const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

function numeral(value: number): string {
  if (Number.isFinite(value) || Number.isNaN(value)) return Object.is(value, -0) ? '-0' : String(value);
  return value > 0 ? '+Inf' : '-Inf';
}

function only(line: string, contentType = TEXT): ExposedSample | undefined {
  return parseExposition(`${line}\n`, contentType)[0];
}

describe('the text exposition format', () => {
  test('is read back as it was printed, whatever the values, labels, gaps and comments', () => {
    const line = fc.tuple(sample, space);
    const remark = fc.constantFrom('', '# HELP a b', '# TYPE a counter', '#', '   ', '# EOF');
    fc.assert(
      fc.property(fc.array(fc.tuple(line, remark)), (lines) => {
        const page = lines.map(([[one, gap], comment]) => `${comment}\n${printed(one, gap)}`).join('\n');
        expect(parseExposition(page, TEXT)).toEqual(lines.map(([[one]]) => one));
      }),
    );
  });

  test('of any text is read or refused, and nothing else', () => {
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[a{}="',\\ \n#0-9.eE+-]*$/));
    fc.assert(
      fc.property(texts, (text) => {
        try {
          for (const { name } of parseExposition(text, TEXT)) expect(name).toMatch(/^[a-zA-Z_:]/);
        } catch (error) {
          expect(error).toBeInstanceOf(ExpositionError);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('a page that was cut off anywhere gives no number that it does not hold', () => {
    fc.assert(
      fc.property(sample, fc.nat(), (one, where) => {
        const line = printed({ ...one, timestampMs: null }, ' ');
        const cut = line.slice(0, where % line.length);
        try {
          for (const found of parseExposition(cut, TEXT))
            expect(numeral(one.value).startsWith(cut.split(' ').at(-1) ?? '?')).toBe(found.name === one.name);
        } catch (error) {
          expect(error).toBeInstanceOf(ExpositionError);
        }
      }),
    );
  });

  test('takes escapes, a comma behind the last label, space in the braces, no space behind them, Windows line ends', () => {
    expect(only(String.raw`a{b="x\\y\"z\nw"} 1`)?.labels.get('b')).toBe('x\\y"z\nw');
    for (const line of ['a{b="c",} 1', 'a { b = "c" } 1', 'a{b="c"}1', '  a{b="c"} 1  ', 'a{b="c"} 1\r']) {
      expect(only(line)).toEqual({ name: 'a', labels: new Map([['b', 'c']]), value: 1, timestampMs: null });
    }
    expect(only('a{b="}# {"} 1')?.labels.get('b')).toBe('}# {');
  });

  test('takes numbers as Go writes them', () => {
    const values = ['1e+06', '.5', '5.', '+Inf', '-Inf', 'Inf', 'NaN', 'nan', '-1.5e-7'].map(
      (text) => only(`a ${text}`)?.value,
    );
    const [infinite, nothing] = [Number.POSITIVE_INFINITY, Number.NaN];
    expect(values).toEqual([1e6, 0.5, 5, infinite, -infinite, infinite, nothing, nothing, -1.5e-7]);
  });

  test('takes OpenMetrics: exemplars, the end mark, timestamps in seconds', () => {
    const line = 'a_bucket{le="1"} 8 1700000000.5 # {trace_id="x # y"} 0.67 1700000000.1';
    expect(only(line, OPEN_METRICS)).toMatchObject({ value: 8, timestampMs: 1_700_000_000_500 });
    expect(only('a 8 # {} 0.67', OPEN_METRICS)).toMatchObject({ value: 8, timestampMs: null });
    expect(parseExposition('a 1\n# EOF\n', OPEN_METRICS)).toHaveLength(1);
  });

  test('reads what prom-client prints', async () => {
    const registry = new Registry();
    const registers = [registry];
    new Counter({ name: 'c_total', help: 'with "quotes"\nand lines', labelNames: ['a'], registers }).inc(
      { a: 'x"\\\ny' },
      3,
    );
    new Histogram({ name: 'h', help: 'h', buckets: [0.1, 1], registers }).observe(0.5);
    const samples = parseExposition(await registry.metrics(), registry.contentType);
    expect(samples.find(({ name }) => name === 'c_total')).toMatchObject({
      labels: new Map([['a', 'x"\\\ny']]),
      value: 3,
    });
    const buckets = samples.filter(({ name }) => name === 'h_bucket');
    expect(buckets.map(({ labels, value }) => [labels.get('le'), value])).toEqual([
      ['0.1', 0],
      ['1', 1],
      ['+Inf', 1],
    ]);
  });

  test.for([
    '<!doctype html>',
    '{"a": 1}',
    'a',
    'a ',
    'a b',
    'a 1 2 3',
    'a 1 x',
    'a 0x10',
    'a 1_000',
    'a{b} 1',
    'a{b=c} 1',
    'a{b="c} 1',
    'a{b="c"',
    'a{b="c" d="e"} 1',
    'a{b="c",,} 1',
    'a{,} 1',
    'a{b="c",b="d"} 1',
    'a{b="\\q"} 1',
    'a{1="c"} 1',
    '1a 1',
    'a-b 1 ',
    '{"quoted.name"} 1',
  ])('refuses %s, and names the line', (line) => {
    expect(() => parseExposition(`up 1\n\n${line}\n`, TEXT)).toThrow('line 3 is not in the text format');
  });
});

import { describe, expect, it } from 'vitest';
import { sliSchema } from '../../../src/domain/health/sli.ts';

const counts = (counter: string) =>
  sliSchema.safeParse({ id: 'a', kind: 'count', source: 'shop', direction: 'lower', counter }).success;

describe('selectors', () => {
  it.each([
    'http_requests_total',
    'job:http_requests:rate5m',
    'http_requests_total{}',
    '{__name__="http_requests_total",code="500"}',
    'http_requests_total{code=~"5.."}',
    'http_requests_total{code=~\'5..\', method != "GET" , }',
    'http_requests_total { path = "/a/{{id}}" }',
    'x{a="with \\" quote and \\\\ backslash"}',
  ])('may be %s', (selector) => {
    expect(counts(selector)).toBe(true);
  });

  it.each([
    '',
    '{code="500"}',
    '5xx_total',
    'rate(http_requests_total[5m])',
    'a) or vector(0',
    'a{b="c"} or vector(0)',
    'a{b="c"}[5m]',
    'a{b="c" or d="e"}',
    'a{b="c"',
    'a{b="c""}',
    'a{,}',
    'a{ {{cohort}} }',
    'a\n{b="c"} # comment',
  ])('may not be %s: it would be more of a query than a selector', (selector) => {
    expect(counts(selector)).toBe(false);
  });
});

describe('cohorts', () => {
  it('tell treatment from control', () => {
    const sli = { id: 'a', kind: 'count', source: 'shop', direction: 'lower', counter: 'c' };
    expect(sliSchema.safeParse({ ...sli, cohort: { treatment: 'on', control: 'off' } }).success).toBe(true);
    expect(sliSchema.safeParse({ ...sli, cohort: { treatment: 'on', control: 'on' } }).success).toBe(false);
  });
});

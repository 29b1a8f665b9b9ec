import { describe, expect, it } from 'vitest';
import { readCatalogue } from '../../../src/domain/catalogue/readCatalogue.ts';
import { type CatalogueInput, catalogueOf, HOUSE, mistakesIn } from '../../support/catalogues.ts';

const [SUCCESS, LATENCY] = HOUSE.slis;
const [SLOW] = HOUSE.rollbackTrigger;
const guarding = (criterion: object) => ({ always: true, criterion: { ...SLOW.criterion, ...criterion } });

describe('a catalogue', () => {
  it('of nothing is empty', () => {
    expect(catalogueOf({})).toEqual({ slis: [], successCriteria: [], rollbackTrigger: [] });
  });

  it('is read with its defaults, and each guardrail with whom it joins', () => {
    expect(catalogueOf(HOUSE)).toMatchObject({
      slis: [{ id: 'checkout_success', absentNumerator: 'zero' }, { id: 'latency_p95' }],
      rollbackTrigger: [
        { criticality: 'critical', criterion: { sli: 'latency_p95', severity: 'pause', consecutive: 1 } },
        { criticality: null, criterion: { sli: 'checkout_success', severity: 'rollback' } },
      ],
    });
  });

  it.each<readonly [string, unknown, readonly string[]]>([
    ['no object', [], ['SCHEMA $']],
    ['an unknown field', { slos: [] }, ['SCHEMA $.slos']],
    [
      'a guardrail that does not say `always`',
      { ...HOUSE, rollbackTrigger: [{ criterion: SLOW.criterion }] },
      ['SCHEMA $.rollbackTrigger[0].always'],
    ],
    [
      'one that says it is not',
      { ...HOUSE, rollbackTrigger: [{ ...SLOW, always: false }] },
      ['SCHEMA $.rollbackTrigger[0].always'],
    ],
    ['a selector that is more', { slis: [{ ...LATENCY, histogram: 'rate(x[5m])' }] }, ['SCHEMA $.slis[0].histogram']],
    ['two of one name', { slis: [SUCCESS, LATENCY, { ...LATENCY, id: SUCCESS.id }] }, ['SLI_UNIQUE $.slis[2].id']],
    [
      'a source that is not there',
      { slis: [{ ...LATENCY, source: 'elsewhere' }] },
      ['SOURCE_UNKNOWN $.slis[0].source'],
    ],
    [
      'a guardrail over no SLI',
      { ...HOUSE, rollbackTrigger: [guarding({ sli: 'x' })] },
      ['SLI_UNKNOWN $.rollbackTrigger[0].criterion.sli'],
    ],
    [
      'a comparison without cohorts',
      { slis: [{ ...LATENCY, cohort: undefined }], rollbackTrigger: [guarding({ compare: 'baselineRatio' })] },
      ['COHORT_REQUIRED $.rollbackTrigger[0].criterion.compare'],
    ],
    [
      'a limit that can not be reached',
      { ...HOUSE, rollbackTrigger: [guarding({ polls: { atLeast: 3, ofLast: 2 } })] },
      ['POLL_LIMIT $.rollbackTrigger[0].criterion.polls.atLeast'],
    ],
    [
      'PromQL on what is scraped',
      { slis: [{ id: 'x', kind: 'promql', source: 'shop', direction: 'lower', query: 'y' }] },
      ['SCRAPE_PROMQL $.slis[0].kind'],
    ],
    [
      'several at once, each by its place',
      {
        slis: [{ ...LATENCY, source: 'elsewhere' }],
        successCriteria: [{ always: true, criterion: { sli: 'x', minSamples: 1 } }],
        rollbackTrigger: [guarding({ windowSeconds: 0 })],
      },
      [
        'SLI_UNKNOWN $.successCriteria[0].criterion.sli',
        'SOURCE_UNKNOWN $.slis[0].source',
        'LATEST_SAMPLE_KIND $.rollbackTrigger[0].criterion.windowSeconds',
      ],
    ],
  ])('with %s is refused', (_, input, mistakes) => {
    expect(mistakesIn(input)).toEqual(mistakes);
  });

  it('takes anything that JSON can say without throwing', () => {
    for (const input of [null, 1, 'x', [], { slis: null }, { slis: [null] }, { rollbackTrigger: [{ always: true }] }]) {
      expect(readCatalogue(input, new Map()).ok).toBe(false);
    }
  });
});

/** A line of a budget.json, and what measures it. */
const BUDGET: NonNullable<CatalogueInput['performanceBudget']> = {
  source: 'prometheus',
  cohort: {},
  timings: [
    { metric: 'largest-contentful-paint', budget: 2500, tolerance: 200, histogram: 'web_vitals_lcp_seconds' },
    { metric: 'interaction-to-next-paint', budget: 200, histogram: 'inp_ms', unit: 'milliseconds' },
  ],
  resourceSizes: [{ resourceType: 'script', budget: 150, gauge: 'page_bytes{type="script"}' }],
  resourceCounts: [{ resourceType: 'third-party', budget: 10, gauge: 'page_requests{type="third-party"}' }],
};

describe('a performance budget', () => {
  it('becomes an SLI and a guardrail a line, in the units of its metrics', () => {
    const { slis, rollbackTrigger } = catalogueOf({ performanceBudget: BUDGET });
    expect(slis).toMatchObject([
      { id: 'budget.largest-contentful-paint', kind: 'quantile', histogram: 'web_vitals_lcp_seconds', quantile: 0.75 },
      { id: 'budget.interaction-to-next-paint', kind: 'quantile', unit: 'milliseconds' },
      { id: 'budget.script.size', kind: 'gauge', metric: 'page_bytes{type="script"}', cohort: { label: 'cohort' } },
      { id: 'budget.third-party.count', kind: 'gauge' },
    ]);
    const limits = rollbackTrigger.map(({ criticality, criterion }) => {
      if (criterion.compare !== 'absolute') throw new Error('a budget is absolute');
      const { operator, threshold, severity, minSamples } = criterion;
      return { criticality, operator, threshold, severity, minSamples };
    });
    const common = { criticality: null, operator: '>', severity: 'pause' };
    expect(limits).toEqual([
      { ...common, threshold: 2.7, minSamples: 100 },
      { ...common, threshold: 200, minSamples: 100 },
      { ...common, threshold: 150 * 1024, minSamples: 1 },
      { ...common, threshold: 10, minSamples: 1 },
    ]);
  });

  it.each<readonly [string, object, readonly string[]]>([
    ['no metric', { timings: [{ metric: 'x', budget: 1 }] }, ['SCHEMA $.performanceBudget.timings[0]']],
    [
      'both metrics',
      { timings: [{ metric: 'x', budget: 1, gauge: 'a', histogram: 'b' }] },
      ['SCHEMA $.performanceBudget.timings[0]'],
    ],
    ['a path of pages', { path: '/*' }, ['SCHEMA $.performanceBudget.path']],
    [
      'a source that is not there',
      { source: 'nowhere', timings: [{ metric: 'x', budget: 1, gauge: 'a' }] },
      ['SOURCE_UNKNOWN $.performanceBudget.timings[0]'],
    ],
    [
      'one line twice',
      {
        resourceCounts: [
          { resourceType: 'x', budget: 1, gauge: 'a' },
          { resourceType: 'x', budget: 2, gauge: 'a' },
        ],
      },
      ['SLI_UNIQUE $.performanceBudget.resourceCounts[1]'],
    ],
  ])('with %s is refused', (_, more, mistakes) => {
    expect(mistakesIn({ performanceBudget: { source: 'prometheus', ...more } })).toEqual(mistakes);
  });
});

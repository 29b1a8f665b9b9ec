import { describe, expect, it } from 'vitest';
import { expandProposal } from '../../../src/domain/catalogue/expandProposal.ts';
import { parseProposal } from '../../../src/domain/contract/parseProposal.ts';
import { judge } from '../../../src/domain/contract/validation.ts';
import { catalogueOf, HOUSE } from '../../support/catalogues.ts';
import { subjectOf } from '../../support/proposals.ts';

describe('the contract of the interface document', () => {
  const scope = { groups: 'all', regions: 'all', tiers: ['beta'] };
  const errorRate = { sli: 'error_rate', threshold: 1.5, windowSeconds: 600 };
  const canary = {
    stageId: 'canary',
    audience: 'LIMITED',
    targetPercentage: 10,
    durationHours: 24,
    requiresApproval: false,
    affectedCustomers: 1200,
    scope,
    stabilization: { minimumDurationHours: 1, healthThreshold: 0.99, requiredMetrics: ['error_rate'] },
    successCriteria: [{ ...errorRate, compare: 'absolute', operator: '<=', minSamples: 1000 }],
    rollbackTrigger: [
      { ...errorRate, compare: 'baselineRatio', operator: '>', minSamples: 100, consecutive: 2, severity: 'rollback' },
      { sli: 'latency_p95', compare: 'absolute', operator: '>', threshold: 0.4, windowSeconds: 300, severity: 'pause' },
    ],
  };
  const metrics = { source: 'shop', direction: 'lower' };
  const input = {
    feature: 'checkout-v2',
    title: 'One-page checkout',
    issueIds: ['SHOP-142'],
    criticality: 'critical',
    audit: 'automatic',
    whenStale: 'close',
    capability: { name: 'One-page checkout', visibleFeatures: ['Saved cards'], announced: true },
    slis: [
      {
        ...metrics,
        id: 'error_rate',
        kind: 'ratio',
        numerator: 'http_requests_total{code=~"5.."}',
        denominator: 'http_requests_total',
        cohort: { label: 'cohort', treatment: 'treatment', control: 'control' },
      },
      {
        ...metrics,
        id: 'latency_p95',
        kind: 'quantile',
        unit: 'seconds',
        histogram: 'http_request_duration_seconds',
        quantile: 0.95,
        cohort: {},
      },
      { ...metrics, id: 'oauth_failures', kind: 'count', counter: 'oauth_refresh_failures_total' },
      {
        ...metrics,
        id: 'model_accuracy',
        kind: 'gauge',
        direction: 'higher',
        metric: 'model_accuracy',
        aggregate: 'avg',
      },
      {
        ...metrics,
        id: 'custom',
        kind: 'promql',
        source: 'prometheus',
        query: 'sum(rate(x{ {{cohort}} }[{{window}}]))',
        samples: 'sum(increase(y{ {{cohort}} }[{{window}}]))',
      },
      { use: 'checkout_success' },
    ],
    rolloutWedge: {
      wedgeState: 'PENDING',
      initialPercentage: 5,
      incrementPolicy: 'linear',
      maxBlastRadius: 100,
      observationWindowHours: 1,
      rollback: { to: 'zero', mode: 'immediate', verifyHealth: true, cooldownMinutes: 60 },
      wedgeStages: [canary],
    },
  };

  it('is read as it stands; its one stage is all that is refused', () => {
    const parsed = parseProposal(input);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.violations));
    const { proposal, violations } = expandProposal(parsed.proposal, catalogueOf({ slis: [HOUSE.slis[0]] }));
    expect(violations).toEqual([]);
    expect(judge(subjectOf(proposal)).violations).toMatchObject([
      { rule: 'STAGES_MINIMUM', path: '$.rolloutWedge.wedgeStages', found: 1, allowed: 'at least 2' },
    ]);
  });
});

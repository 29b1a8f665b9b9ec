import { expect, test } from 'vitest';
import { contractFrom } from '../../../src/domain/contract/contract.ts';
import { falseAlarmsOf, notDealt, type Repetition } from '../../../src/domain/simulation/falseAlarms.ts';
import { ERROR_RATE, validProposal } from '../../support/proposals.ts';

const one = (outcome: Repetition['outcome'], hours: number, rollbacks = 0): Repetition => ({
  outcome,
  hours,
  rollbacks,
});

test('false alarms: each repetition once, a rollback whatever came of it', () => {
  const all = [
    one('completed', 10),
    one('completed', 20),
    one('completed', 60, 1),
    one('rolledBack', 3, 1),
    one('paused', 5),
    one('unfinished', 99),
  ];
  const { repetitions, rolledBack, paused, completed, unfinished, medianHoursToComplete } = falseAlarmsOf(all);
  expect({ repetitions, counts: [rolledBack, paused, completed, unfinished].map(({ count }) => count) }).toEqual({
    repetitions: 6,
    counts: [2, 1, 2, 1],
  });
  expect(medianHoursToComplete).toBe(15);
});

test('of none there is still an interval, by Wilson', () => {
  const { rolledBack, medianHoursToComplete } = falseAlarmsOf(Array.from({ length: 100 }, () => one('paused', 1)));
  expect(rolledBack.share.low).toBe(0);
  // Of 0 in 100 the upper end is z²/(n + z²).
  expect(rolledBack.share.high).toBeCloseTo(3.84146 / 103.84146, 6);
  expect(medianHoursToComplete).toBe(null);
});

test('levels with cohorts are not dealt', () => {
  const latency = {
    id: 'latency',
    kind: 'quantile',
    source: 'prometheus',
    direction: 'lower',
    histogram: 'd',
    quantile: 0.9,
  } as const;
  const slis = [ERROR_RATE, { ...latency, cohort: {} }, { ...latency, id: 'everybody' }];
  expect(notDealt(contractFrom(validProposal({ slis }), 'c'))).toEqual(['latency']);
});

import { isCountable } from '../../health/countQuery.ts';
import { isSequential } from '../../health/criterion.ts';
import { criteriaWithSli } from '../places.ts';
import type { Rule } from '../subject.ts';
import { violation } from '../violation.ts';

/** "sequential comparison of bad events": only of a ratio, and of a quantile's slow requests, are there events to count. */
export const sequentialCountsEvents: Rule = ({ proposal }) =>
  criteriaWithSli(proposal)
    .filter(({ criterion, sli }) => isSequential(criterion) && !isCountable(sli))
    .map(({ sli, at }) => {
      const allowed = 'an SLI of kind ratio or quantile, or another `compare`';
      const message = `counts bad events, and \`${sli.id}\` is a ${sli.kind}; where \`compare\` is left out, it is \`sequential\``;
      return violation('SEQUENTIAL_SLI', [...at, 'compare'], 'sequential', allowed, message);
    });

/** "bad = count − bucket{le = T}": a quantile needs to be told what is slow, a ratio says by itself what is bad. */
export const sequentialThreshold: Rule = ({ proposal }) =>
  criteriaWithSli(proposal).flatMap(({ criterion, sli, at }) => {
    if (!isSequential(criterion) || !isCountable(sli)) return [];
    const { threshold } = criterion;
    if ((sli.kind === 'quantile') === (threshold !== undefined)) return [];
    const allowed =
      sli.kind === 'quantile' ? 'above what a request is slow, in its unit' : 'none: a ratio counts its numerator';
    const message = `must be ${allowed}`;
    return [violation('SEQUENTIAL_THRESHOLD', [...at, 'threshold'], threshold ?? null, allowed, message)];
  });

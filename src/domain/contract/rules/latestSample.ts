import { criteriaWithSli, windowedCriteria } from '../places.ts';
import type { Rule } from '../subject.ts';
import { violation } from '../violation.ts';

/** "`windowSeconds: 0` is the latest sample": what is made of increases has none. */
export const latestSampleHasValue: Rule = ({ proposal }) =>
  windowedCriteria(criteriaWithSli(proposal))
    .filter(({ criterion, sli }) => criterion.windowSeconds === 0 && sli.kind !== 'gauge' && sli.kind !== 'promql')
    .map(({ sli, at }) => {
      const message = `must be above 0: \`${sli.id}\` is a ${sli.kind}, which one sample does not give`;
      return violation('LATEST_SAMPLE_KIND', [...at, 'windowSeconds'], 0, 'above 0', message);
    });

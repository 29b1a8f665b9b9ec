import { comparesWithControl } from '../../health/criterion.ts';
import { criteriaWithSli, placedCriteria, windowedCriteria } from '../places.ts';
import type { Rule } from '../subject.ts';
import { violation } from '../violation.ts';

/** "Baseline = the control cohort": an SLI without `cohort` "measures all traffic" and has no control to compare with. */
export const controlNeedsCohort: Rule = ({ proposal }) =>
  criteriaWithSli(proposal)
    .filter(({ criterion, sli }) => comparesWithControl(criterion) && sli.cohort === undefined)
    .map(({ criterion, at }) => {
      const allowed = '`absolute`, a `baseline`, or an SLI with `cohort`';
      const message = `compares with a control, and \`${criterion.sli}\` has no \`cohort\``;
      return violation('COHORT_REQUIRED', [...at, 'compare'], criterion.compare, allowed, message);
    });

/** "Baseline = the control cohort, or with `baseline` the past": an absolute criterion has neither, so one given is a mistake. */
export const baselineOnlyToCompare: Rule = ({ proposal }) =>
  windowedCriteria(placedCriteria(proposal))
    .filter(({ criterion }) => criterion.compare === 'absolute' && criterion.baseline !== undefined)
    .map(({ criterion, at }) => {
      const message = 'means nothing beside `compare: absolute`';
      return violation('BASELINE_UNUSED', [...at, 'baseline'], criterion.baseline, 'none beside `absolute`', message);
    });

import { placedStages } from '../places.ts';
import type { Rule } from '../subject.ts';
import { violation } from '../violation.ts';

/** "each required metric has a success criterion in the stage" */
export const requiredMetricsJudged: Rule = ({ proposal }) =>
  placedStages(proposal).flatMap(({ stage, at }) => {
    const judged = stage.successCriteria.filter((criterion) => !criterion.dryRun).map((criterion) => criterion.sli);
    return stage.stabilization.requiredMetrics.flatMap((metric, index) => {
      if (judged.includes(metric)) return [];
      const path = [...at, 'stabilization', 'requiredMetrics', index];
      const allowed = 'an SLI of a success criterion of the stage';
      return [violation('REQUIRED_METRIC', path, metric, allowed, `must be ${allowed} that is no dry run`)];
    });
  });

import type { Status } from '../sluice/answers.ts';
import type { Comparison, Standing } from './screen.ts';
import { waitsFor } from './words.ts';

/** What the screen shows of a status. */
export function standingOf(feature: string, status: Status): Standing {
  const { currentStage, stageIndex, totalStages, phase } = status;
  const stage = `${currentStage.stageId}, ${stageIndex + 1} of ${totalStages}`;
  return {
    feature,
    percentage: status.percentage,
    stage: phase === 'ramp' ? `on the way to ${stage}` : stage,
    errors: comparisonOf(status, 'error_rate'),
    latencySeconds: comparisonOf(status, 'latency_p95'),
    waitsFor: waitsFor(status),
  };
}

/** Only criteria that compare carry the other side. */
function comparisonOf(status: Status, sli: string): Comparison {
  const judged = status.slis.filter((criterion) => criterion.id === sli);
  const best =
    judged.find((criterion) => criterion.baseline !== null) ?? judged.find((criterion) => criterion.value !== null);
  return { treatment: best?.value ?? null, control: best?.baseline ?? null };
}

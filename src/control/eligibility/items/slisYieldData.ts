import { criteriaOf, isSequential } from '../../../domain/health/criterion.ts';
import { type MeasurementQuery, type Measurements, queryKey } from '../../../domain/health/measurement.ts';
import type { Sli } from '../../../domain/health/sli.ts';
import type { Finding } from '../../../domain/rollout/preflight.ts';
import type { RolloutState } from '../../../domain/rollout/state.ts';
import type { MetricSources } from '../../sight/metricSources.ts';
import type { PreflightSubject } from './subject.ts';

/** What is counted from poll to poll has no window of its own. */
const COUNTED_SECONDS = 600;

/** Every SLI has data, or is declared new. */
export async function slisYieldData(
  sources: MetricSources,
  { rollout, nowMs }: PreflightSubject,
): Promise<readonly Finding[]> {
  const questions = rollout.contract.slis.map((sli) => ({ sli, query: questionAbout(sli, rollout) }));
  const answers = await sources.measure(
    questions.map(({ query }) => query),
    nowMs,
  );
  return questions.map(({ sli, query }) => found(sli, answers.get(queryKey(query))));
}

/** Nobody is in a cohort yet, so everybody is asked about, over the longest window that any criterion will use. */
function questionAbout(sli: Sli, rollout: RolloutState): MeasurementQuery {
  const criteria = rollout.contract.rolloutWedge.wedgeStages.flatMap((stage) => criteriaOf(stage));
  const windows = criteria
    .filter((each) => each.criterion.sli === sli.id)
    .map(({ criterion }) => (isSequential(criterion) ? COUNTED_SECONDS : criterion.windowSeconds));
  return { sli, windowSeconds: Math.max(0, ...windows), offsetSeconds: 0, arms: 'all' };
}

function found(sli: Sli, answer: Measurements | undefined): Finding {
  const measured = answer?.all;
  const said = (ok: boolean, detail: string) => ({ item: `SLI ${sli.id}`, ok, detail });
  if (measured === undefined) return said(false, `source ${sli.source} gave no answer`);
  if (measured.kind === 'observed') return said(true, `is ${measured.value} over ${measured.samples} samples`);
  if (measured.kind === 'noTraffic') return said(true, 'is there, without traffic in its window');
  if (measured.kind === 'missing' && sli.declaredNew) return said(true, 'has no data yet and is declared new');
  const mend =
    measured.kind === 'missing' ? '; check the selector, or say `declaredNew` where the metric is to come' : '';
  return said(false, `${measured.detail}${mend}`);
}

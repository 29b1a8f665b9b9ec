import { type ArmPoints, type LevelPoints, type PointsQuery, pointsIn } from '../../domain/health/pointsQuery.ts';
import { formatSelector } from '../../domain/health/selector.ts';
import type { RangeSeries } from './apiAnswer.ts';
import type { ApiAnswer } from './client.ts';
import { duration, readable, selectorIn } from './promql.ts';

/** The points of both arms in one query: a range selector, which leaves out the marks of series that have ended. */
export async function pointsBy(
  query: PointsQuery,
  ask: (text: string) => Promise<ApiAnswer<readonly RangeSeries[]>>,
): Promise<LevelPoints> {
  const text = readable(() => pointsText(query));
  if (typeof text !== 'string') return { kind: 'unavailable', detail: text.message, query: query.sli.id };
  const answer = await ask(text);
  if (!answer.ok) return { kind: 'unavailable', detail: answer.detail, query: text };
  const found = { treatment: armIn(query, answer.data, 'treatment'), control: armIn(query, answer.data, 'control') };
  return pointsIn(query, found, query.windowSeconds, text);
}

function pointsText({ sli, windowSeconds }: PointsQuery): string {
  const inCohorts = { sli, windowSeconds, offsetSeconds: 0, arms: 'cohorts' as const };
  return `${formatSelector(selectorIn(inCohorts, sli.metric))}[${duration(windowSeconds)}]`;
}

function armIn(
  { sli: { cohort } }: PointsQuery,
  series: readonly RangeSeries[],
  arm: 'treatment' | 'control',
): ArmPoints {
  const ofArm = series.filter(({ labels }) => cohort !== undefined && labels[cohort.label] === cohort[arm]);
  const newest = ofArm.flatMap(({ atMs }) => atMs.at(-1) ?? []);
  return {
    values: ofArm.flatMap(({ values }) => [...values]),
    newestSampleAtMs: newest.length === 0 ? null : Math.max(...newest),
  };
}

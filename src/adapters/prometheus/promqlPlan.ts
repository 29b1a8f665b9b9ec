import { toMeasurement } from '../../domain/health/armReading.ts';
import {
  type Arm,
  armsOf,
  type Measurement,
  type MeasurementQuery,
  measurementsOf,
} from '../../domain/health/measurement.ts';
import { quote } from '../../domain/health/selector.ts';
import type { Sli } from '../../domain/health/sli.ts';
import type { Plan, VectorAnswer } from './plan.ts';
import { duration } from './promql.ts';

type PromqlSli = Extract<Sli, { kind: 'promql' }>;

/** A question in the author's own PromQL: one query per arm, and one more where the samples have their own. */
export function promqlPlan(query: MeasurementQuery, sli: PromqlSli): Plan {
  const texts = armsOf(query).flatMap((arm) => [valueText(query, sli, arm), samplesText(query, sli, arm) ?? []].flat());
  return {
    texts,
    lookback: () => null,
    read: (answerTo) => measurementsOf(query, (arm) => readArm(query, sli, arm, answerTo)),
  };
}

function readArm(
  query: MeasurementQuery,
  sli: PromqlSli,
  arm: Arm,
  answerTo: (text: string) => VectorAnswer,
): Measurement {
  const text = valueText(query, sli, arm);
  const samplesQuery = samplesText(query, sli, arm);
  const answer = answerTo(text);
  const samplesAnswer = samplesQuery === null ? null : answerTo(samplesQuery);
  const refusal = refusalOf(query, sli) ?? refusalOfAnswer(answer) ?? (samplesAnswer && refusalOfAnswer(samplesAnswer));
  if (refusal !== null) return { kind: 'unavailable', detail: refusal, query: text };
  const value = only(answer);
  const samples = samplesAnswer === null ? 1 : only(samplesAnswer);
  const warnings = [answer, samplesAnswer].flatMap((one) => (one?.ok ? one.warnings : []));
  const context = { query: text, coveredSeconds: query.windowSeconds, warnings };
  return toMeasurement(sli, arm, { value, samples, newestSampleAtMs: null }, context);
}

/** Without the placeholder both arms would measure all traffic, and agree whatever happens. */
function refusalOf(query: MeasurementQuery, sli: PromqlSli): string | null {
  return query.arms === 'cohorts' && !sli.query.includes('{{cohort}}') ? 'the query has no {{cohort}}' : null;
}

function refusalOfAnswer(answer: VectorAnswer): string | null {
  if (!answer.ok) return answer.detail;
  return answer.data.length > 1 ? `${answer.data.length} series where one is expected` : null;
}

function only(answer: VectorAnswer): number | null {
  return answer.ok ? (answer.data[0]?.value ?? null) : null;
}

function valueText(query: MeasurementQuery, sli: PromqlSli, arm: Arm): string {
  return filledIn(query, sli, arm, sli.query);
}

function samplesText(query: MeasurementQuery, sli: PromqlSli, arm: Arm): string | null {
  return sli.samples === undefined ? null : filledIn(query, sli, arm, sli.samples);
}

function filledIn(query: MeasurementQuery, sli: PromqlSli, arm: Arm, template: string): string {
  const label = sli.cohort?.label ?? 'cohort';
  // Everyone includes series without the label, which the regular expression `.*` matches as empty.
  const cohort = arm === 'all' || sli.cohort === undefined ? `${label}=~".*"` : `${label}=${quote(sli.cohort[arm])}`;
  return template.replaceAll('{{cohort}}', () => cohort).replaceAll('{{window}}', () => duration(query.windowSeconds));
}

import { absentCountsAsZero, type ArmReading, type Presence, toMeasurement } from '../../domain/health/armReading.ts';
import { type Arm, armsOf, type MeasurementQuery, measurementsOf, unavailable } from '../../domain/health/measurement.ts';
import type { VectorSample } from './apiAnswer.ts';
import type { Plan, VectorAnswer } from './plan.ts';
import { PART_LABEL } from './promql.ts';
import { newestQuery, numeratorIsOfDenominator, type StructuredSli, structuredQuery } from './structuredQuery.ts';

/** The numbers of an answer by part, of one arm or (`metric`) of the metric as a whole. */
type PartsOf = (whose: Arm | 'metric') => ReadonlyMap<string, number>;

/** @throws SelectorError where a selector of the SLI can't be read. */
export function structuredPlan(query: MeasurementQuery, sli: StructuredSli): Plan {
  const text = structuredQuery(query, sli);
  return {
    texts: [text],
    newestText: query.windowSeconds === 0 ? null : newestQuery(query, sli),
    read: (answerTo, newest) => read(query, sli, text, answerTo(text), newest),
  };
}

function read(
  query: MeasurementQuery,
  sli: StructuredSli,
  text: string,
  answer: VectorAnswer,
  newest: VectorAnswer | undefined,
) {
  if (!answer.ok) return unavailable(query, answer.detail, text);
  const parts = sortedOut(query, answer.data);
  if (parts === null) return unavailable(query, 'several series where one is expected', text);
  const newestParts = newest?.ok ? sortedOut(query, newest.data) : null;
  const context = { query: text, coveredSeconds: query.windowSeconds, warnings: answer.warnings };
  return measurementsOf(query, (arm) => {
    const reading = readingOf(sli, parts, arm);
    const newestSampleAtMs = reading.newestSampleAtMs ?? milliseconds(newestParts?.(arm).get('newest'));
    return toMeasurement(sli, arm, { ...reading, newestSampleAtMs }, context);
  });
}

/** null where two series claim the same part of the same arm. */
function sortedOut(query: MeasurementQuery, samples: readonly VectorSample[]): PartsOf | null {
  const found = new Map<Arm | 'metric', Map<string, number>>();
  for (const { labels, value } of samples) {
    const whose = ownerOf(query, labels);
    const part = labels[PART_LABEL] ?? '';
    if (whose === null) continue;
    const parts = found.get(whose) ?? new Map<string, number>();
    if (parts.has(part)) return null;
    found.set(whose, parts.set(part, value));
  }
  return (whose) => found.get(whose) ?? new Map();
}

function ownerOf(query: MeasurementQuery, labels: Readonly<Record<string, string>>): Arm | 'metric' | null {
  const { cohort } = query.sli;
  if (query.arms === 'all' || cohort === undefined) return 'all';
  const value = labels[cohort.label];
  if (value === undefined) return 'metric';
  return armsOf(query).find((arm) => arm !== 'all' && cohort[arm] === value) ?? null;
}

function readingOf(sli: StructuredSli, parts: PartsOf, arm: Arm): ArmReading {
  const own = parts(arm);
  const metric = parts(arm === 'all' ? 'all' : 'metric');
  const value = own.get('value') ?? null;
  const samples = own.get('samples') ?? null;
  const newestSampleAtMs = milliseconds(own.get('newest'));
  if (sli.kind === 'ratio' && value === null && absentCountsAsZero(sli, presenceOf(sli, metric))) {
    return { value: 0, samples, newestSampleAtMs };
  }
  if (sli.kind === 'count' && samples === null && absentCountsAsZero(sli, presenceOf(sli, metric))) {
    const nameSamples = metric.get('nameSamples') ?? null;
    return { value: 0, samples: nameSamples, newestSampleAtMs: milliseconds(metric.get('nameNewest')) };
  }
  return { value, samples, newestSampleAtMs };
}

function presenceOf(sli: StructuredSli, metric: ReadonlyMap<string, number>): Presence {
  const isOfDenominator = sli.kind === 'ratio' && numeratorIsOfDenominator(sli);
  const named = isOfDenominator || metric.has('named') || metric.has('nameSamples');
  return { named, unlabelled: metric.has('unlabelled') };
}

function milliseconds(seconds: number | undefined): number | null {
  return seconds === undefined || !Number.isFinite(seconds) ? null : Math.round(seconds * 1000);
}

import { absentAsZero, type MetricPresence } from '../../domain/health/absentCounter.ts';
import { type ArmReading, toMeasurement } from '../../domain/health/armReading.ts';
import {
  type Arm,
  armsOf,
  type MeasurementQuery,
  measurementsOf,
  unavailable,
} from '../../domain/health/measurement.ts';
import type { VectorSample } from './apiAnswer.ts';
import type { LookedBack, Plan, VectorAnswer } from './plan.ts';
import { PART_LABEL } from './promql.ts';
import { lookbackQuery, numeratorIsOfDenominator, type StructuredSli, structuredQuery } from './structuredQuery.ts';

/** The numbers of an answer by part, of one arm or (`metric`) of the metric as a whole. */
type PartsOf = (whose: Arm | 'metric') => ReadonlyMap<string, number>;

/** @throws SelectorError where a selector of the SLI can't be read. */
export function structuredPlan(query: MeasurementQuery, sli: StructuredSli): Plan {
  const text = structuredQuery(query, sli);
  return {
    texts: [text],
    lookback: () => (query.windowSeconds === 0 ? null : lookbackQuery(query, sli)),
    read: (answerTo, lookedBack) => read(query, sli, text, answerTo(text), lookedBack),
  };
}

function read(
  query: MeasurementQuery,
  sli: StructuredSli,
  text: string,
  answer: VectorAnswer,
  lookedBack: LookedBack | undefined,
) {
  if (!answer.ok) return unavailable(query, answer.detail, text);
  const parts = sortedOut(query, answer.data);
  if (parts === null) return unavailable(query, 'several series where one is expected', text);
  const context = { query: text, coveredSeconds: query.windowSeconds, warnings: answer.warnings };
  return measurementsOf(query, (arm) => {
    const reading = readingOf(sli, parts, arm);
    const isEnded = reading.samples !== null && reading.newestSampleAtMs === null;
    const newestSampleAtMs = isEnded ? newestOf(query, arm, lookedBack) : reading.newestSampleAtMs;
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
  const reading = {
    value: own.get('value') ?? null,
    samples: own.get('samples') ?? null,
    newestSampleAtMs: milliseconds(own.get('newest')),
  };
  return absentAsZero(sli, reading, () => presenceIn(sli, parts(arm === 'all' ? 'all' : 'metric')));
}

function presenceIn(sli: StructuredSli, metric: ReadonlyMap<string, number>): MetricPresence {
  const isOfDenominator = sli.kind === 'ratio' && numeratorIsOfDenominator(sli);
  return {
    named: isOfDenominator || metric.has('named') || metric.has('namePoints'),
    unlabelled: metric.has('unlabelled'),
    points: metric.get('namePoints') ?? null,
    newestSampleAtMs: milliseconds(metric.get('nameNewest')),
  };
}

/** Where looking back finds nothing, the newest sample lies before: never null, which would read as "can't tell". */
function newestOf(query: MeasurementQuery, arm: Arm, lookedBack: LookedBack | undefined): number | null {
  if (lookedBack === undefined) return null;
  const { answer, sinceMs } = lookedBack;
  return milliseconds(answer.ok ? sortedOut(query, answer.data)?.(arm).get('newest') : undefined) ?? sinceMs;
}

function milliseconds(seconds: number | undefined): number | null {
  return seconds === undefined || !Number.isFinite(seconds) ? null : Math.round(seconds * 1000);
}

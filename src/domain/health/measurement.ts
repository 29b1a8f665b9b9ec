import { type Sli, sliKey } from './sli.ts';

/** Whom a measurement speaks of: one side of the comparison, or all traffic. */
export type Arm = 'treatment' | 'control' | 'all';

/** What every measurement carries as evidence. */
type Asked = {
  /** What was asked, in words of the source: PromQL, or the selectors that were read. */
  readonly query: string;
  /** What the source remarked beside its answer; absent where it remarked nothing. */
  readonly warnings?: readonly string[];
};

/**
 * What a metric source answered for one SLI, window and arm. Never NaN, never silently zero.
 * `samples`: of ratio and quantile the denominator's increase, of count and gauge the points scraped, of promql its own query or 1.
 */
export type Measurement =
  | (Asked & {
      readonly kind: 'observed';
      readonly value: number;
      readonly samples: number;
      /**
       * How much of the window the source can speak for. Less than the window while a source that keeps its own history
       * is still filling it; then the value is right for that part and the window is not full.
       */
      readonly coveredSeconds: number;
      /** Epoch ms of the newest sample that went in (of a past window: in the past too); null where the source can't tell. */
      readonly newestSampleAtMs: number | null;
    })
  /** The series are there and nothing happened in the window. */
  | (Asked & { readonly kind: 'noTraffic'; readonly newestSampleAtMs: number | null })
  /** The source answered, and the series are not there. */
  | (Asked & { readonly kind: 'missing'; readonly detail: string })
  /** The source did not answer, or not in a way that can be used. */
  | (Asked & { readonly kind: 'unavailable'; readonly detail: string });

/** One question to a metric source. Equal questions of one tick are asked once. */
export type MeasurementQuery = {
  readonly sli: Sli;
  /** Seconds; 0 is the latest sample. */
  readonly windowSeconds: number;
  /** Seconds that the whole window lies in the past (baseline by offset); 0 is now. */
  readonly offsetSeconds: number;
  /** `cohorts` answers treatment and control, `all` answers everyone. */
  readonly arms: 'cohorts' | 'all';
};

/** The answer; an arm that was not asked for is absent. */
export type Measurements = Readonly<Partial<Record<Arm, Measurement>>>;

/** Identity of a question, for asking equal ones once. */
export function queryKey({ sli, windowSeconds, offsetSeconds, arms }: MeasurementQuery): string {
  return `${windowSeconds} ${offsetSeconds} ${arms} ${sliKey(sli)}`;
}

/** The arms that a question asks for. */
export function armsOf(query: MeasurementQuery): readonly Arm[] {
  return query.arms === 'all' ? ['all'] : ['treatment', 'control'];
}

/** An answer that says something of each arm that was asked for. */
export function measurementsOf(query: MeasurementQuery, measure: (arm: Arm) => Measurement): Measurements {
  return Object.fromEntries(armsOf(query).map((arm) => [arm, measure(arm)]));
}

/** The answer of a source that can't be asked this question, or did not answer it. */
export function unavailable(query: MeasurementQuery, detail: string, asked = ''): Measurements {
  return measurementsOf(query, () => ({ kind: 'unavailable', detail, query: asked }));
}

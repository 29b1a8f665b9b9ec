import type { Sli } from './sli.ts';

/** An SLI that shows a level, point by point. */
export type GaugeSli = Extract<Sli, { kind: 'gauge' }>;

/** The points that a gauge had in a window, each as it was scraped, by arm. Equal questions of one tick are asked once. */
export type PointsQuery = {
  readonly sli: GaugeSli;
  /** Above 0. */
  readonly windowSeconds: number;
};

/** What a source holds of one arm: the points of all its series, in any order. */
export type ArmPoints = {
  /** NaN where one was not a number, or infinite. */
  readonly values: readonly number[];
  /** Epoch ms; null where there is none. */
  readonly newestSampleAtMs: number | null;
};

type Asked = { readonly query: string };

/** What a source answered. What is there is finite, and of both arms. */
export type LevelPoints =
  | (Asked & {
      readonly kind: 'points';
      readonly treatment: readonly number[];
      readonly control: readonly number[];
      /** How much of the window the source can speak for. */
      readonly coveredSeconds: number;
      /** Epoch ms of the arm that was seen longer ago. */
      readonly newestSampleAtMs: number;
    })
  | (Asked & { readonly kind: 'missing' | 'unavailable'; readonly detail: string });

/** All pairs of both arms are looked at: more points than these would take long, and say little more. */
export const MOST_POINTS = 200;

export function isGauge(sli: Sli): sli is GaugeSli {
  return sli.kind === 'gauge';
}

/** Identity of a question, for asking equal ones once. */
export function pointsKey({ sli, windowSeconds }: PointsQuery): string {
  return JSON.stringify([sli, windowSeconds]);
}

/** The one place where points from outside become an answer, so that every kind of source answers alike. */
export function pointsIn(
  { sli }: PointsQuery,
  found: { readonly treatment: ArmPoints; readonly control: ArmPoints },
  coveredSeconds: number,
  asked: string,
): LevelPoints {
  for (const arm of ['treatment', 'control'] as const) {
    const { values, newestSampleAtMs } = found[arm];
    if (values.length === 0 || newestSampleAtMs === null) {
      const detail = `no points: ${sli.metric} with ${sli.cohort?.label}="${sli.cohort?.[arm]}"`;
      return { kind: 'missing', detail, query: asked };
    }
    const strange = values.find((value) => !Number.isFinite(value));
    // To leave it out would judge a service that reports nonsense by what is left.
    if (strange !== undefined) return { kind: 'unavailable', detail: 'a point is NaN or infinite', query: asked };
  }
  const { treatment, control } = found;
  return {
    kind: 'points',
    treatment: thinned(treatment.values),
    control: thinned(control.values),
    coveredSeconds,
    newestSampleAtMs: Math.min(treatment.newestSampleAtMs ?? 0, control.newestSampleAtMs ?? 0),
    query: asked,
  };
}

/** As many as are looked at, evenly from all of them, whatever their values. */
function thinned(values: readonly number[]): readonly number[] {
  if (values.length <= MOST_POINTS) return values;
  return Array.from(
    { length: MOST_POINTS },
    (_, place) => values[Math.floor((place * values.length) / MOST_POINTS)] ?? 0,
  );
}

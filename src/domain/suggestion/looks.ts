import type { Measurement } from '../health/measurement.ts';

/** What each look at a window would have found, one after the other at equal distances. */
export type Looks = {
  readonly everySeconds: number;
  /** null: no data, or no traffic. */
  readonly values: ReadonlyArray<number | null>;
  /** Of each value; 0 where there is none. */
  readonly samples: readonly number[];
};

/** One in a hundred looks of the past had fewer samples: a criterion that asks for these is seldom short of them. */
const QUIETEST_SHARE = 0.01;

export function looksOf(found: ReadonlyArray<Measurement | undefined>, everySeconds: number): Looks {
  return {
    everySeconds,
    values: found.map((measured) => (measured?.kind === 'observed' ? measured.value : null)),
    samples: found.map((measured) => (measured?.kind === 'observed' ? measured.samples : 0)),
  };
}

/** The samples that a criterion may ask for without being short of them in more than one look of a hundred; at least 1. */
export function affordableSamples({ values, samples }: Looks): number {
  const there = Float64Array.from(samples.filter((_, index) => values[index] !== null)).sort();
  return Math.max(1, Math.floor(there[Math.floor(QUIETEST_SHARE * there.length)] ?? 0));
}

/** Looks with fewer samples are inconclusive: they count neither way. */
export function withSamples(looks: Looks, minSamples: number): Looks {
  const values = looks.values.map((value, index) => ((looks.samples[index] ?? 0) >= minSamples ? value : null));
  return { ...looks, values };
}

export function hoursKnown({ values, everySeconds }: Looks): number {
  return (values.filter((value) => value !== null).length * everySeconds) / 3600;
}

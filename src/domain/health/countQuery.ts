import type { PollCounts } from '../statistics/armCounts.ts';
import { type Freshness, isStale } from './freshness.ts';
import { type Sli, sliKey } from './sli.ts';

/** SLIs whose bad events can be counted: requests that failed, or that were slow. */
export type CountableSli = Extract<Sli, { kind: 'ratio' | 'quantile' }>;

/** How many requests each arm had between two instants, and how many of them were bad. Equal questions of one tick are asked once. */
export type CountQuery = {
  readonly sli: CountableSli;
  /** Of a quantile: slower than this is bad, in the histogram's unit. null of a ratio. */
  readonly slowerThan: number | null;
  readonly fromMs: number;
  readonly toMs: number;
};

type Asked = { readonly query: string };

/**
 * How far a source knew, by its own clock, where that may be less far than it was asked: its clock is behind, or what it is sent takes its
 * time. What has come until then is counted, what comes later with an earlier time waits for the next poll.
 */
type Known = { readonly knownUntilMs?: number };

/** What a source answered. An arm without requests is counted, and is no evidence; an arm without series is missing. */
export type Counted =
  | (Asked &
      Known & {
        readonly kind: 'counted';
        readonly poll: PollCounts;
        /** The edge of the histogram that was used; null of a ratio. */
        readonly edge: number | null;
        /** Epoch ms; null where the source can't tell. */
        readonly newestSampleAtMs: number | null;
      })
  /** Nothing is known at the later instant, or nothing new enough; it is asked again from the same earlier one. */
  | (Asked & { readonly kind: 'missing' | 'unavailable' | 'stale'; readonly detail: string })
  /** Nothing is known at the earlier instant, and never will be: counting begins anew at the later one. */
  | (Asked & Known & { readonly kind: 'unanchored'; readonly detail: string });

const SETTLING_MS = 5_000;

/**
 * Up to where may be counted. A scrape bears the time at which it began and is there only when it is over: what was counted up to
 * this very moment would leave it out, and so would the next poll.
 */
export const settledAt = (clockMs: number): number => clockMs - SETTLING_MS;

/** Counts whose newest sample is too old speak of another time: they wait for one that is new. */
export function onlyFresh(counted: Counted, freshness: Freshness): Counted {
  if (counted.kind !== 'counted' || !isStale(counted.newestSampleAtMs, freshness)) return counted;
  return { kind: 'stale', detail: 'the newest sample is too old', query: counted.query };
}

export function isCountable(sli: Sli): sli is CountableSli {
  return sli.kind === 'ratio' || sli.kind === 'quantile';
}

/** Identity of a question, for asking equal ones once. */
export function countKey({ sli, slowerThan, fromMs, toMs }: CountQuery): string {
  return `${fromMs} ${toMs} ${slowerThan} ${sliKey(sli)}`;
}

import type { PollCounts } from '../../src/domain/statistics/armCounts.ts';
import { argo } from './argo.ts';
import type { Cell } from './cell.ts';
import { confidenceSequence } from './confidenceSequence.ts';
import { flagger } from './flagger.ts';
import type { Judge } from './judge.ts';
import { rankSum } from './rankSum.ts';
import { type Evidence, evidenceOf, sluice, sluiceOfTwo } from './sluice.ts';
import { threshold } from './threshold.ts';

/** What a method may know of a release before its first poll. */
type Known = {
  readonly cell: Cell;
  /** φ as `dispersionOf` found it in a simulated day before the release. */
  readonly phi: number;
  /** Of the release with φ = 1, for all who want it. */
  readonly evidence: Evidence;
  /** Polls of a second criterion that is healthy all the time. */
  readonly healthy: () => PollCounts;
};

type Method = { readonly title: string; readonly begin: (known: Known) => Judge };

/** All of them look at the same polls. */
export const METHODS = {
  sluiceOfUsers: { title: 'Sluice, φ = 1 (users counted)', begin: ({ evidence }) => sluice(evidence) },
  sluiceOfRequests: { title: 'Sluice, φ from history', begin: ({ phi }) => sluice(evidenceOf(phi)) },
  sluiceOfTwo: {
    title: 'Sluice, φ = 1, two criteria',
    begin: ({ evidence, healthy }) => sluiceOfTwo(evidence, evidenceOf(1), healthy),
  },
  confidence: { title: 'confidence sequence', begin: () => confidenceSequence() },
  threshold: { title: 'threshold each poll', begin: ({ cell }) => threshold(cell.usualRate) },
  argo: { title: 'Argo Rollouts', begin: ({ cell }) => argo(cell.usualRate) },
  flagger: { title: 'Flagger', begin: ({ cell }) => flagger(cell.usualRate) },
  rankSum: { title: 'Mann-Whitney', begin: () => rankSum() },
} as const satisfies Readonly<Record<string, Method>>;

export type MethodKey = keyof typeof METHODS;

export const METHOD_KEYS = Object.keys(METHODS) as readonly MethodKey[];

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PollCounts } from '../../../src/domain/statistics/armCounts.ts';

type Series = {
  readonly name: string;
  readonly margin: number;
  readonly phi: number;
  readonly epochs: readonly number[];
  /** badTreatment, badControl, nTreatment, nControl. */
  readonly polls: ReadonlyArray<readonly [number, number, number, number]>;
  readonly lnE: readonly number[];
};
type Increment = {
  readonly badTreatment: number;
  readonly badControl: number;
  readonly nTreatment: number;
  readonly nControl: number;
  readonly ph: number;
  readonly margin: number;
  readonly l: readonly number[];
};
type SampleRatio = {
  readonly counts: readonly [number, number];
  readonly shares: readonly [number, number];
  readonly lnBF: number;
};

/** Numbers of another implementation. */
export const REFERENCE: {
  readonly series: readonly Series[];
  readonly increments: readonly Increment[];
  readonly srm: readonly SampleRatio[];
} = JSON.parse(readFileSync(join(import.meta.dirname, 'sequential.json'), 'utf8'));

export const pollOf = (bt: number, bc: number, nt: number, nc: number): PollCounts => ({
  treatment: { total: nt, bad: bt },
  control: { total: nc, bad: bc },
});

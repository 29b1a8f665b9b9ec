import type { Measurements } from '../../domain/health/measurement.ts';
import type { VectorSample } from './apiAnswer.ts';
import type { ApiAnswer } from './client.ts';

export type VectorAnswer = ApiAnswer<readonly VectorSample[]>;

/** How one question is asked, and read: pure, so that an instant and a step of a range are read alike. */
export type Plan = {
  /** Every query that must be evaluated, at one and the same time. */
  readonly texts: readonly string[];
  /** How old the numbers are where their series have ended; null: that can't be asked. */
  lookback(): Lookback | null;
  read(answerTo: (text: string) => VectorAnswer, lookedBack?: LookedBack): Measurements;
};

/** Asks for the newest sample of the last `seconds`; one that is not found there is older. */
export type Lookback = { readonly text: string; readonly seconds: number };
export type LookedBack = { readonly answer: VectorAnswer; readonly sinceMs: number };

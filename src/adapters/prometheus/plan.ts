import type { Measurements } from '../../domain/health/measurement.ts';
import type { VectorSample } from './apiAnswer.ts';
import type { ApiAnswer } from './client.ts';

export type VectorAnswer = ApiAnswer<readonly VectorSample[]>;

/** How one question is asked, and read: pure, so that an instant and a step of a range are read alike. */
export type Plan = {
  /** Every query that must be evaluated, at one and the same time. */
  readonly texts: readonly string[];
  /** Asks for the newest samples of the whole window, whose series may have ended by now; null: can't be asked. */
  readonly newestText: string | null;
  /** `newest` is the answer to `newestText`, where it was asked. */
  read(answerTo: (text: string) => VectorAnswer, newest?: VectorAnswer): Measurements;
};

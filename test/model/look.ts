import type { Metrics } from './act.ts';

/** What one look at a release finds. Null: there is no data to say so. */
export type Look = {
  readonly atMs: number;
  readonly stopped: boolean;
  /** Too many errors: what rolls back. */
  readonly bad: boolean | null;
  readonly metrics: Metrics;
  /** Too slow: what pauses. */
  readonly slow: boolean | null;
  /** Few enough errors to go on. */
  readonly good: boolean | null;
  /** Why there is no data. */
  readonly lacks: 'missingData' | 'noTraffic' | 'sourceUnavailable' | null;
};

const LACKS: Readonly<Partial<Record<Metrics, Look['lacks']>>> = {
  missing: 'missingData',
  noTraffic: 'noTraffic',
  away: 'sourceUnavailable',
};

/** What a stage bears before it rolls back. */
export type Bearing = 'nothing' | 'bad' | 'terrible';

export const isTooBad = (metrics: Metrics, bears: Bearing): boolean =>
  metrics === 'bad' ? bears === 'nothing' : metrics === 'terrible' && bears !== 'terrible';

/** Windows never reach back before the last change of exposure: of one that has just changed nothing can be known. */
export function lookAt(metrics: Metrics, exposedForMs: number, bears: Bearing): Omit<Look, 'atMs' | 'stopped'> {
  const lacks = exposedForMs > 0 ? (LACKS[metrics] ?? null) : 'missingData';
  // Where the errors can't be counted the latency still can, and is fine: only a source that is away has neither.
  const slow = exposedForMs > 0 && metrics !== 'away' ? metrics === 'slow' : null;
  if (lacks !== null) return { bad: null, metrics, slow, good: null, lacks };
  return { bad: isTooBad(metrics, bears), metrics, slow, good: metrics === 'healthy' || metrics === 'slow', lacks };
}

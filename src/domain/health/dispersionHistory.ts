import type { ArmCounts } from '../statistics/armCounts.ts';
import type { CountableSli } from './countQuery.ts';
import type { Measurement, MeasurementQuery } from './measurement.ts';
import { formatSelector, parseSelector } from './selector.ts';
import type { Sli } from './sli.ts';

const LEAST_WINDOW_SECONDS = 600;
const SESSIONS_PER_WINDOW = 3;
const HISTORY_HOURS = 24;

/** The windows of the past by which the dispersion is measured: one after the other, the newest last. */
export function historyRange({ windowSeconds }: MeasurementQuery, nowMs: number) {
  const windows = Math.floor((HISTORY_HOURS * 3600) / windowSeconds);
  return { fromMs: nowMs - (windows - 1) * windowSeconds * 1000, toMs: nowMs, stepSeconds: windowSeconds };
}

/**
 * Bad events of everybody in one such window; of a quantile by the bucket at its threshold.
 *
 * @param sessionMinutes how long a user's requests keep coming: a burst that is cut in two looks like two users
 */
export function historyQuery(sli: CountableSli, slowerThan: number | null, sessionMinutes = 0): MeasurementQuery {
  const asked = sli.kind === 'ratio' ? sli : slowRatio(sli, slowerThan ?? 0);
  const windowSeconds = Math.max(LEAST_WINDOW_SECONDS, Math.ceil(SESSIONS_PER_WINDOW * sessionMinutes * 60));
  return { sli: asked, windowSeconds, offsetSeconds: 0, arms: 'all' };
}

/** `1` and `1.0` are one edge, which Prometheus 2 and 3 write differently. */
function slowRatio(sli: Extract<CountableSli, { kind: 'quantile' }>, slowerThan: number): Sli {
  const { name, matchers } = parseSelector(sli.histogram);
  const bucket = (value: string, operator: '=' | '=~') =>
    formatSelector({ name: `${name}_bucket`, matchers: [...matchers, { label: 'le', operator, value }] });
  const { id, source, declaredNew } = sli;
  const edge = String(slowerThan).replaceAll('.', '\\.');
  return {
    ...{ id, source, declaredNew, kind: 'ratio', direction: 'higher', absentNumerator: 'missing' },
    numerator: bucket(`${edge}(\\.0)?`, '=~'),
    denominator: bucket('+Inf', '='),
  };
}

/** What one window held; null: nothing to learn from. */
export function windowIn(query: MeasurementQuery, measured: Measurement | undefined): ArmCounts | null | 'unavailable' {
  if (measured?.kind === 'unavailable') return 'unavailable';
  if (measured?.kind !== 'observed') return null;
  const { value, samples } = measured;
  const bad = query.sli.direction === 'lower' ? value * samples : (1 - value) * samples;
  return { total: samples, bad: Math.min(Math.max(0, bad), samples) };
}

import { windowIn } from '../health/dispersionHistory.ts';
import type { Measurement, MeasurementQuery } from '../health/measurement.ts';
import type { ArmCounts } from '../statistics/armCounts.ts';

/** What a source knows of the past of an SLI, over all traffic. */
export type PastTraffic =
  | {
      readonly kind: 'seen';
      readonly requestsPerHour: number;
      /** Share of bad ones; null where there was no request. */
      readonly baseRate: number | null;
      /** As `dispersionOf` takes them. */
      readonly windows: ReadonlyArray<ArmCounts | null>;
    }
  | { readonly kind: 'unknown'; readonly reason: 'noPast' | 'unavailable'; readonly detail: string };

const NO_PAST = { kind: 'unknown', reason: 'noPast' } as const;

/** @param found the windows of `historyRange` in their order; null where the source keeps no past */
export function pastTraffic(
  query: MeasurementQuery,
  found: ReadonlyArray<Measurement | undefined> | null,
): PastTraffic {
  if (found === null) return { ...NO_PAST, detail: `source ${query.sli.source} keeps no past` };
  const refused = found.find((measured) => measured?.kind === 'unavailable');
  if (refused?.kind === 'unavailable') return { kind: 'unknown', reason: 'unavailable', detail: refused.detail };
  // A window without requests is an hour of the night; one without series is nothing that is known.
  const known = found.filter((measured) => measured?.kind === 'observed' || measured?.kind === 'noTraffic');
  if (known.length === 0) return { ...NO_PAST, detail: `source ${query.sli.source} has seen nothing of it yet` };
  const windows = found.map((measured) => countsIn(query, measured));
  const requests = sum(windows, ({ total }) => total);
  const bad = sum(windows, (window) => window.bad);
  const hours = (known.length * query.windowSeconds) / 3600;
  return {
    kind: 'seen',
    requestsPerHour: requests / hours,
    baseRate: requests > 0 ? bad / requests : null,
    windows,
  };
}

function countsIn(query: MeasurementQuery, measured: Measurement | undefined): ArmCounts | null {
  const window = windowIn(query, measured);
  return window === 'unavailable' ? null : window;
}

const sum = (windows: ReadonlyArray<ArmCounts | null>, of: (window: ArmCounts) => number) =>
  windows.reduce((all, window) => all + (window === null ? 0 : of(window)), 0);

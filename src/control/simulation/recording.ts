import type { Contract } from '../../domain/contract/contract.ts';
import { isCountable } from '../../domain/health/countQuery.ts';
import { criteriaOf, isSequential } from '../../domain/health/criterion.ts';
import { historyQuery, windowIn } from '../../domain/health/dispersionHistory.ts';
import type { Measurement, MeasurementQuery } from '../../domain/health/measurement.ts';
import type { Sli } from '../../domain/health/sli.ts';
import type { Period } from '../../domain/simulation/request.ts';
import { Tape } from '../../domain/simulation/tape.ts';
import type { ArmCounts } from '../../domain/statistics/armCounts.ts';
import { dispersionOf } from '../../domain/statistics/dispersion.ts';
import { PastUnreadable } from '../ports/metricSource.ts';
import type { MetricSources } from '../sight/metricSources.ts';
import { recordedSteps } from '../sight/recordedSteps.ts';

export const WINDOW_SECONDS = 600;
const WINDOW_MS = WINDOW_SECONDS * 1000;

/** What can be dealt, with the size of the clumps in which its bad events come. */
type Dealt = { readonly tape: Tape; readonly clump: number };

/** What everybody met through a period, by windows of ten minutes: small enough for memory, and read only once. */
export type Recording = {
  /** By {@link dealtKey}. */
  readonly dealt: ReadonlyMap<string, Dealt>;
  /** By SLI: the window that ends at `fromMs`, and those after it. */
  readonly levels: ReadonlyMap<
    string,
    { readonly fromMs: number; readonly found: readonly (Measurement | undefined)[] }
  >;
};

export const dealtKey = (sli: string, slowerThan: number | null) => JSON.stringify([sli, slowerThan]);

/** @throws PastUnreadable */
export async function recordingOf(sources: MetricSources, contract: Contract, period: Period): Promise<Recording> {
  const reading = { sources, fromMs: period.fromMs - longestOffsetMs(contract), toMs: period.toMs };
  const dealt = new Map<string, Dealt>();
  const levels = new Map<string, { fromMs: number; found: readonly (Measurement | undefined)[] }>();
  for (const sli of contract.slis) {
    const query: MeasurementQuery = { sli, windowSeconds: WINDOW_SECONDS, offsetSeconds: 0, arms: 'all' };
    const found = await everybody(reading, query);
    levels.set(sli.id, { fromMs: reading.fromMs, found });
    const counts = found.map((measurement) => countsIn(sli, query, measurement));
    if (sli.kind === 'ratio' || sli.kind === 'count')
      dealt.set(dealtKey(sli.id, null), dealtOf(counts, reading.fromMs));
  }
  for (const { sli, slowerThan } of slowRequests(contract)) {
    const query = historyQuery(sli, slowerThan);
    const counts = (await everybody(reading, query)).map((found) => countsIn(query.sli, query, found));
    dealt.set(dealtKey(sli.id, slowerThan), dealtOf(counts, reading.fromMs));
  }
  return { dealt, levels };
}

/** A counter's events are all of them; there is nothing that they would be a share of. */
function countsIn(sli: Sli, query: MeasurementQuery, found: Measurement | undefined): ArmCounts | null {
  if (sli.kind !== 'count') {
    const window = windowIn(query, found);
    return window === 'unavailable' ? null : window;
  }
  return found?.kind === 'observed' ? { total: found.value, bad: 0 } : null;
}

/** The window that ends at `fromMs` begins before it. */
function dealtOf(counts: ReadonlyArray<ArmCounts | null>, fromMs: number): Dealt {
  const { phi, source } = dispersionOf(counts, null);
  return { tape: new Tape(counts, fromMs - WINDOW_MS, WINDOW_MS), clump: source === 'measured' ? phi : 1 };
}

type Reading = { readonly sources: MetricSources; readonly fromMs: number; readonly toMs: number };

async function everybody({ sources, fromMs, toMs }: Reading, query: MeasurementQuery) {
  const steps = Math.ceil((toMs - fromMs) / WINDOW_MS);
  const range = { fromMs, toMs: fromMs + steps * WINDOW_MS, stepSeconds: WINDOW_SECONDS };
  const found: (Measurement | undefined)[] = [];
  for await (const measured of recordedSteps(sources, query, range)) found.push(readable(query.sli, measured));
  return found;
}

function readable({ kind }: Sli, found: Measurement | undefined): Measurement | undefined {
  // What is no number in one window says nothing of the others; what was not answered is not known at all.
  // An author's own query may not be made for everybody, which is no fault of the source.
  if (kind === 'promql') return found;
  if (found?.kind === 'unavailable' && !/^the (value|samples) /.test(found.detail))
    throw new PastUnreadable(found.detail);
  return found;
}

const criteriaIn = (contract: Contract) => contract.rolloutWedge.wedgeStages.flatMap((stage) => criteriaOf(stage));

function longestOffsetMs(contract: Contract): number {
  const hours = criteriaIn(contract).map(({ criterion }) =>
    'baseline' in criterion ? (criterion.baseline?.offsetHours ?? 0) : 0,
  );
  return Math.ceil(Math.max(0, ...hours) * 3600) * 1000;
}

/** What sequential criteria over a histogram count, each threshold by itself. */
function slowRequests(contract: Contract) {
  return criteriaIn(contract).flatMap(({ criterion }) => {
    const sli = contract.slis.find(({ id }) => id === criterion.sli);
    if (!isSequential(criterion) || sli?.kind !== 'quantile' || !isCountable(sli)) return [];
    return [{ sli, slowerThan: criterion.threshold ?? null }];
  });
}

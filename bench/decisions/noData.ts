import type { Measurement, MeasurementQuery } from '../../src/domain/health/measurement.ts';
import { proposalInput } from '../../test/support/proposals.ts';
import { bad, exposed, healthy, silent, startedRollout, stateOf } from '../../test/support/release.ts';
import { pollFor, type Replica, startReplica, type World, worldOf } from '../../test/support/simulatedInstallation.ts';

const MINUTE_MS = 60_000;
/** Each is minutes away from the next increase, so that none is decided by what was measured before. */
const SILENT_AFTER_MINUTES = [5, 20, 60, 100, 160];
const SILENT_HOURS = 12;

/** Ways to have no data, or none that says anything. Those that carry a value carry a very bad one, and are tried with a good one as well. */
const SILENCES: Readonly<Record<string, (world: World) => void>> = {
  sourceDown: (world) => {
    world.metrics.fail('connection refused');
  },
  noSeries: (world) => silent(world, 'missing'),
  noTraffic: (world) => silent(world, 'noTraffic'),
  staleBad: (world) => stale(world, 1),
  staleGood: (world) => stale(world, 0),
  fewBad: (world) => few(world, 1),
  fewGood: (world) => few(world, 0),
};

export type NoData = {
  readonly scenarios: number;
  /** What advanced or rolled back: the silence and its minute. None is wanted. */
  readonly moved: readonly string[];
};

/** Whole controllers in a simulated installation, from whom the data is taken away at some minute of a healthy release. */
export async function noDataScenarios(): Promise<NoData> {
  for (const seen of [healthy, bad]) {
    if (!(await moves(seen, 5)))
      throw new Error('the installation stands still with data too: its scenarios say nothing');
  }
  const moved: string[] = [];
  let scenarios = 0;
  for (const [name, silence] of Object.entries(SILENCES)) {
    for (const minutes of SILENT_AFTER_MINUTES) {
      scenarios += 1;
      if (await moves(silence, minutes)) moved.push(`${name} after ${minutes} min`);
    }
  }
  return { scenarios, moved };
}

async function moves(silence: (world: World) => void, minutes: number): Promise<boolean> {
  const world = worldOf({ pollIntervalMs: MINUTE_MS });
  const replica = await startReplica(world);
  healthy(world);
  const id = await startedRollout(replica, proposalInput());
  await pollFor(replica, minutes * MINUTE_MS);
  silence(world);
  const before = await standing(replica, id);
  await pollFor(replica, SILENT_HOURS * 60 * MINUTE_MS);
  if (world.faults.length > 0) throw new Error(world.faults.join('\n'));
  return (await standing(replica, id)) !== before;
}

/** Where it stands; holding and pausing do not change it. */
async function standing(replica: Replica, id: string): Promise<string> {
  const { wedgeState, phase, stageIndex } = await stateOf(replica, id);
  return JSON.stringify([wedgeState === 'ROLLED_BACK', phase, stageIndex, exposed(replica)]);
}

/** The last values stay in the source, and grow old. */
function stale(world: World, value: number): void {
  const newestSampleAtMs = world.clock.nowMs();
  answer(world, ({ windowSeconds, sli: { id } }) => ({
    kind: 'observed',
    value,
    samples: 1000,
    coveredSeconds: windowSeconds,
    newestSampleAtMs: newestSampleAtMs - 60 * MINUTE_MS,
    query: id,
  }));
}

/** Fresh, and too little to say anything. */
function few(world: World, value: number): void {
  answer(world, ({ windowSeconds, sli: { id } }) => ({
    kind: 'observed',
    value,
    samples: 1,
    coveredSeconds: windowSeconds,
    newestSampleAtMs: world.clock.nowMs(),
    query: id,
  }));
}

function answer(world: World, measured: (query: MeasurementQuery) => Measurement): void {
  for (const arm of ['all', 'treatment', 'control'] as const) world.metrics.answer('error_rate', arm, measured);
}

import { introducePeople } from '../src/demo/story/people.ts';
import type { Bench, BenchContext, Figures } from './support/bench.ts';
import { type Database, startDatabase } from './support/database.ts';
import { median } from './support/percentile.ts';
import { peakResidentMegabytesOf } from './support/processTable.ts';
import { ResidentWatch } from './support/residentWatch.ts';
import { type Round, waitForRound } from './support/round.ts';
import { ADMIN_TOKEN, type SluiceSetting, startSluice } from './support/sluice.ts';
import { startRollouts } from './support/startRollouts.ts';
import { type Stub, startStub } from './support/stub.ts';

const ROLLOUTS = 1000;
/** Three criteria, and the guard against an outage beside them. */
const VERDICTS = 4;
const POLL_INTERVAL_SECONDS = 10;
/** Each a fresh process, whose first round is a cold one. */
const PASSES = 3;
const ROUNDS_PER_PASS = 4;
/** For a process to be up before its first round. */
const LEAD_MS = 8000;

/**
 * Rounds over 1,000 rollouts that are all due at the same moment, of the service as `npm start` runs it. A round lasts from
 * that moment (so the scheduler's own wait counts) to the last rollout's stored poll.
 */
export const tick: Bench = {
  name: 'tick',
  limits: { roundSecondsMedian: 5, residentMegabytesMax: 200 },
  run: async (context) => {
    await using database = await startDatabase(context);
    await using stub = await startStub(context);
    const setting = {
      prometheusUrl: stub.url,
      databaseUrl: database.url,
      pollIntervalSeconds: POLL_INTERVAL_SECONDS,
    };
    context.say(`starting ${ROLLOUTS} rollouts over the API`);
    const setUp = await setUpRollouts({ ...setting, name: 'setUp' }, context);
    await assertAllLive(database);
    const passes: Pass[] = [];
    for (let index = 1; index <= PASSES; index += 1) {
      passes.push(await measurePass({ ...setting, name: `pass${index}` }, { database, stub }, context));
    }
    return { ...setUp, ...figuresOf(passes) };
  },
};

async function setUpRollouts(setting: SluiceSetting, context: BenchContext): Promise<Figures> {
  await using sluice = await startSluice(setting, context);
  const people = await introducePeople(sluice.url, ADMIN_TOKEN, context.signal);
  const began = performance.now();
  await startRollouts(ROLLOUTS, sluice.url, people, context.signal);
  return {
    rollouts: ROLLOUTS,
    setUpSeconds: (performance.now() - began) / 1000,
    setUpResidentMegabytesMax: peakResidentMegabytesOf(sluice.process.pid),
  };
}

type Pass = { readonly rounds: readonly Round[]; readonly residentMegabytes: number };
type Around = { readonly database: Database; readonly stub: Stub };

async function measurePass(setting: SluiceSetting, { database, stub }: Around, context: BenchContext): Promise<Pass> {
  const firstDueAtMs = Date.now() + LEAD_MS;
  // No Sluice runs at this moment. From here on its own schedule keeps all of them on this grid.
  await database.sql('UPDATE rollouts SET next_check_at_ms = $1', [firstDueAtMs]);
  await using sluice = await startSluice(setting, context);
  using resident = new ResidentWatch(sluice.process.pid);
  const pids = { sluice: sluice.process.pid, database: database.pid, stub: stub.pid };
  const rounds: Round[] = [];
  let dueAtMs = firstDueAtMs;
  while (rounds.length < ROUNDS_PER_PASS) {
    const round = await waitForRound({ database, stub, pids, dueAtMs, rollouts: ROLLOUTS, signal: context.signal });
    context.say(`${setting.name}: a round in ${round.seconds.toFixed(2)} s`);
    rounds.push(round);
    await assertSound(database, dueAtMs);
    while (dueAtMs <= Date.now()) dueAtMs += POLL_INTERVAL_SECONDS * 1000;
  }
  return { rounds, residentMegabytes: resident.megabytes };
}

/** Nobody asked for a rollback, and no criterion failed: one that has ended would never be looked at again. */
async function assertAllLive({ sql }: Database): Promise<void> {
  const [row] = await sql('SELECT count(*)::int AS live FROM rollouts WHERE live', []);
  if (row?.['live'] !== ROLLOUTS) throw new Error(`of ${ROLLOUTS} started rollouts ${row?.['live']} are live`);
}

/**
 * A round over rollouts that could not be measured would be a quick one, and no proof of anything. A guard begins to count with its
 * first poll, which in the first round is that of the rollouts that were started last.
 */
async function assertSound({ sql }: Database, dueAtMs: number): Promise<void> {
  const [row] = await sql(
    `SELECT count(*)::int AS sound FROM rollouts JOIN ticks ON rollout_id = id AND at_ms = tick_at_ms
     WHERE tick_at_ms >= $1 AND json_array_length(tick->'poll'->'verdicts') = $2
       AND (SELECT bool_and(verdict->>'outcome' = 'pass' OR verdict->>'reason' = 'windowNotFull') FROM json_array_elements(tick->'poll'->'verdicts') AS verdict)`,
    [dueAtMs, VERDICTS],
  );
  if (row?.['sound'] !== ROLLOUTS) throw new Error(`only ${row?.['sound']} of ${ROLLOUTS} rollouts were measured`);
}

function figuresOf(passes: readonly Pass[]): Figures {
  const cold = passes.flatMap(({ rounds }) => rounds.slice(0, 1));
  const warm = passes.flatMap(({ rounds }) => rounds.slice(1));
  const of = (pick: (round: Round) => number) => median(warm.map(pick));
  return {
    rounds: warm.length,
    roundSecondsMedian: of((round) => round.seconds),
    roundSecondsMax: Math.max(...warm.map((round) => round.seconds)),
    coldRoundSecondsMedian: median(cold.map((round) => round.seconds)),
    waitForSchedulerSecondsMedian: of((round) => round.waitSeconds),
    residentMegabytesMax: Math.max(...passes.map((pass) => pass.residentMegabytes)),
    questionsPerRound: of((round) => round.questions),
    sluiceCpuSecondsPerRound: of((round) => round.sluiceCpuSeconds),
    postgresCpuSecondsPerRound: of((round) => round.databaseCpuSeconds),
    stubCpuSecondsPerRound: of((round) => round.stubCpuSeconds),
    otherCpuSecondsPerRound: of((round) => round.otherCpuSeconds),
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from './database.ts';
import { cpuSecondsOf, familyCpuSecondsOf, machineCpuSeconds } from './processTable.ts';
import type { Stub } from './stub.ts';

/** One look at every rollout, and what it took. */
export type Round = {
  /** From the moment at which all were due to the last stored poll. */
  readonly seconds: number;
  /** Of these, until the first rollout was looked at. */
  readonly waitSeconds: number;
  readonly questions: number;
  readonly sluiceCpuSeconds: number;
  readonly databaseCpuSeconds: number;
  readonly stubCpuSeconds: number;
  /** Everybody else on the machine, ourselves included. */
  readonly otherCpuSeconds: number;
};

export type RoundAhead = {
  readonly database: Database;
  readonly stub: Stub;
  readonly pids: { readonly sluice: number; readonly database: number; readonly stub: number };
  readonly dueAtMs: number;
  readonly rollouts: number;
  readonly signal: AbortSignal;
};

const LOOK_EVERY_MS = 20;
const PATIENCE_MS = 60_000;

/** @throws Error where the round isn't over within a minute */
export async function waitForRound(ahead: RoundAhead): Promise<Round> {
  const { database, stub, dueAtMs, signal } = ahead;
  const questionsBefore = await stub.questions();
  await sleep(Math.max(0, dueAtMs - Date.now()), undefined, { signal });
  const before = usedBy(ahead.pids);
  const firstAtMs = await untilAllStored(database, ahead);
  const seconds = (Date.now() - dueAtMs) / 1000;
  const after = usedBy(ahead.pids);
  const [sluice, databaseUse, stubUse, machine] = [
    after.sluice - before.sluice,
    after.database - before.database,
    after.stub - before.stub,
    after.machine - before.machine,
  ];
  return {
    seconds,
    waitSeconds: (firstAtMs - dueAtMs) / 1000,
    questions: (await stub.questions()) - questionsBefore,
    sluiceCpuSeconds: sluice,
    databaseCpuSeconds: databaseUse,
    stubCpuSeconds: stubUse,
    otherCpuSeconds: machine - sluice - databaseUse - stubUse,
  };
}

/** Answers when the first of them was looked at. */
async function untilAllStored({ sql }: Database, { dueAtMs, rollouts, signal }: RoundAhead): Promise<number> {
  for (;;) {
    const [row] = await sql(
      'SELECT count(*)::int AS stored, min(tick_at_ms)::float8 AS first FROM rollouts WHERE tick_at_ms >= $1',
      [dueAtMs],
    );
    if (row?.['stored'] === rollouts) return Number(row['first']);
    if (Date.now() > dueAtMs + PATIENCE_MS)
      throw new Error(`after a minute ${row?.['stored']} rollouts were looked at`);
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}

const usedBy = (pids: RoundAhead['pids']) => ({
  sluice: cpuSecondsOf(pids.sluice),
  database: familyCpuSecondsOf(pids.database),
  stub: cpuSecondsOf(pids.stub),
  machine: machineCpuSeconds(),
});

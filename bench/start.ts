import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { featureAnswer } from '../src/demo/sluice/answers.ts';
import { Session } from '../src/demo/sluice/session.ts';
import { introducePeople } from '../src/demo/story/people.ts';
import type { Bench, BenchContext } from './support/bench.ts';
import { Lookups } from './support/lookups.ts';
import { median } from './support/percentile.ts';
import { peakResidentMegabytesOf } from './support/processTable.ts';
import { ADMIN_TOKEN, type SluiceSetting, spawnSluice, startSluice } from './support/sluice.ts';

const ROUNDS = 9;
const FEATURE = 'bench-0000';
const RETRY_MS = 2;

/**
 * From starting the process, as `npm start` does, to the first answered lookup, its embedded PostgreSQL initialised by an
 * earlier run and stopped. Between any two, a Node that does nothing is started: how fast the machine is at this moment.
 */
export const start: Bench = {
  name: 'start',
  limits: { startSecondsMedian: 1.5 },
  run: async (context) => {
    // Nothing is measured here, so nobody need answer there.
    const setting = { name: 'sluice', prometheusUrl: 'http://127.0.0.1:9', pollIntervalSeconds: 15 };
    const token = await setUp(setting, context);
    const starts: Started[] = [];
    const bare: number[] = [];
    while (starts.length < ROUNDS) {
      bare.push(await bareNodeSeconds());
      starts.push(await startedOnce(setting, token, context));
    }
    const seconds = starts.map((started) => started.seconds);
    return {
      rounds: ROUNDS,
      startSecondsMedian: median(seconds),
      startSecondsMin: Math.min(...seconds),
      startSecondsMax: Math.max(...seconds),
      residentMegabytesMedian: median(starts.map((started) => started.residentMegabytes)),
      bareNodeSecondsMedian: median(bare),
    };
  },
};

/** The first start makes the database; with a feature there is something to look up. Answers a token for lookups. */
async function setUp(setting: SluiceSetting, context: BenchContext): Promise<string> {
  await using sluice = await startSluice(setting, context);
  const people = await introducePeople(sluice.url, ADMIN_TOKEN, context.signal);
  await new Session(sluice.url, people.operator, context.signal).post('/v1/features', { key: FEATURE }, featureAnswer);
  return people.shop;
}

type Started = { readonly seconds: number; readonly residentMegabytes: number };

async function startedOnce(setting: SluiceSetting, token: string, context: BenchContext): Promise<Started> {
  const began = performance.now();
  await using sluice = await spawnSluice(setting, context);
  while (!(await isLookedUp(sluice.url, token))) {
    context.signal.throwIfAborted();
    sluice.process.assertAlive();
    await sleep(RETRY_MS);
  }
  const seconds = (performance.now() - began) / 1000;
  return { seconds, residentMegabytes: peakResidentMegabytesOf(sluice.process.pid) };
}

async function isLookedUp(url: string, token: string): Promise<boolean> {
  await using lookups = new Lookups(url, token);
  return await lookups.isOn(FEATURE, 'user-1').then(
    () => true,
    () => false,
  );
}

async function bareNodeSeconds(): Promise<number> {
  const began = performance.now();
  await once(spawn(process.execPath, ['--eval', '0'], { stdio: 'ignore' }), 'exit');
  return (performance.now() - began) / 1000;
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { Bench, BenchContext } from './support/bench.ts';
import { type LongLedger, writeLongLedger } from './support/longLedger.ts';
import { median } from './support/percentile.ts';

const ENTRIES = 100_000;
const FEW_ENTRIES = 10_000;
const ROUNDS = 7;
const CLI = join(import.meta.dirname, '..', 'src', 'cli', 'sluice.js');
const MEGABYTE = 1e6;

/** Preloaded: what the process used, told by itself in its last moment. Nothing from outside sees the peak so exactly. */
const TELLS_USAGE =
  'data:text/javascript,process.on("exit",()=>process.stderr.write(JSON.stringify(process.resourceUsage())))';
const usageAnswer = z.object({ maxRSS: z.number(), userCPUTime: z.number(), systemCPUTime: z.number() });
const reportAnswer = z.object({ verdict: z.string(), header: z.object({ entries: z.number() }) });

/**
 * `sluice verify` of an exported chain of 100,000 entries, as a person starts it, from starting the process to its end. Memory is
 * the peak of the process; it is constant where ten times the entries take no more than a fixed amount more.
 */
export const verify: Bench = {
  name: 'verify',
  limits: { verifySecondsMedian: 5, residentGrowthMegabytes: 32 },
  run: async (context) => {
    context.say(`writing ledgers of ${FEW_ENTRIES} and ${ENTRIES} entries`);
    const [few, many] = [
      await writeLongLedger(context.folder, FEW_ENTRIES),
      await writeLongLedger(context.folder, ENTRIES),
    ];
    const rounds: { readonly few: Run; readonly many: Run }[] = [];
    while (rounds.length < ROUNDS) {
      const round = { few: await verified(few, context), many: await verified(many, context) };
      context.say(`${many.entries} entries in ${round.many.seconds.toFixed(2)} s`);
      rounds.push(round);
    }
    const seconds = rounds.map((round) => round.many.seconds);
    const residentOfFew = median(rounds.map((round) => round.few.residentMegabytes));
    const resident = median(rounds.map((round) => round.many.residentMegabytes));
    return {
      entries: many.entries,
      rollouts: many.rollouts,
      fileMegabytes: (await stat(many.file)).size / MEGABYTE,
      rounds: ROUNDS,
      verifySecondsMedian: median(seconds),
      verifySecondsMin: Math.min(...seconds),
      verifySecondsMax: Math.max(...seconds),
      cpuSecondsMedian: median(rounds.map((round) => round.many.cpuSeconds)),
      fewEntries: few.entries,
      fewFileMegabytes: (await stat(few.file)).size / MEGABYTE,
      fewVerifySecondsMedian: median(rounds.map((round) => round.few.seconds)),
      fewResidentMegabytesMedian: residentOfFew,
      residentMegabytesMedian: resident,
      residentGrowthMegabytes: Math.max(0, resident - residentOfFew),
    };
  },
};

type Run = { readonly seconds: number; readonly cpuSeconds: number; readonly residentMegabytes: number };

async function verified({ file, entries }: LongLedger, { signal }: BenchContext): Promise<Run> {
  const began = performance.now();
  const child = spawn(process.execPath, ['--import', TELLS_USAGE, CLI, 'verify', file, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  const [said, told] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  const seconds = (performance.now() - began) / 1000;
  // A ledger that was refused at its first line would be a quick one.
  const { verdict, header } = reportAnswer.parse(JSON.parse(said));
  if (verdict !== 'PASS' || header.entries !== entries) throw new Error(`the ledger was not verified: ${said}`);
  const { maxRSS, userCPUTime, systemCPUTime } = usageAnswer.parse(JSON.parse(told));
  return { seconds, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, residentMegabytes: (maxRSS * 1024) / MEGABYTE };
}

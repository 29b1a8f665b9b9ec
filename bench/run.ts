// `npm run bench` runs all benchmarks, `npm run bench -- <name>` one: a table for people, then one last line of JSON.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { scratchFolder } from '../src/demo/process/scratchFolder.ts';
import { stopRequested } from '../src/demo/process/stopRequested.ts';
import { decisions } from './decisions.ts';
import { looks } from './looks.ts';
import { lookup } from './lookup.ts';
import { rollback } from './rollback.ts';
import { simulation } from './simulation.ts';
import { start } from './start.ts';
import { streams } from './streams.ts';
import type { Bench } from './support/bench.ts';
import { describeMachine } from './support/machine.ts';
import { type Result, resultOf, tableOf } from './support/report.ts';
import { tick } from './tick.ts';
import { verify } from './verify.ts';

const BENCHES: readonly Bench[] = [tick, rollback, start, verify, simulation, decisions, looks, lookup, streams];
const LONGEST_MS = 25 * 60_000;

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !BENCHES.some((bench) => bench.name === name));
if (unknown.length > 0) {
  const names = BENCHES.map(({ name }) => name).join(', ');
  console.error(`There is no bench ${unknown.join(', ')}; there are ${names}. Without a name all run.`);
  process.exit(1);
}

const interrupted = new AbortController();
void stopRequested().then(() => interrupted.abort(new Error('Interrupted.')));
const signal = AbortSignal.any([interrupted.signal, AbortSignal.timeout(LONGEST_MS)]);
const chosen = BENCHES.filter(({ name }) => wanted.length === 0 || wanted.includes(name));

try {
  const machine = await describeMachine(signal);
  const results: [string, Result][] = [];
  for (const bench of chosen) {
    const result = resultOf(bench, await measured(bench));
    console.log(tableOf(bench.name, result));
    results.push([bench.name, result]);
  }
  console.log(`\n${JSON.stringify({ machine, ...Object.fromEntries(results) })}`);
  process.exit(0);
} catch (error) {
  console.error(error);
  process.exit(1);
}

async function measured(bench: Bench) {
  await using scratch = await scratchFolder(false);
  const folder = join(scratch.path, bench.name);
  // As root, PostgreSQL runs under another account, which has to pass through.
  await mkdir(folder, { mode: 0o711 });
  return await bench.run({ folder, signal, say: (text) => console.log(`${bench.name}: ${text}`) });
}

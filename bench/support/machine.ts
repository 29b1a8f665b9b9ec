import { availableParallelism, cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { machineCpuSeconds } from './processTable.ts';

const LOOK_SECONDS = 2;

/** Where the figures come from, and how busy others kept it: cores in use before anything of ours ran. */
export async function describeMachine(signal: AbortSignal) {
  const before = machineCpuSeconds();
  await sleep(LOOK_SECONDS * 1000, undefined, { signal });
  const busyCoresBefore = (machineCpuSeconds() - before) / LOOK_SECONDS;
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? 'unknown',
    node: process.version,
    busyCoresBefore: Number(busyCoresBefore.toFixed(2)),
  };
}

import type { BenchContext } from '../support/bench.ts';
import { median } from '../support/percentile.ts';
import { cpuSecondsOf } from '../support/processTable.ts';
import type { Generator, Traffic } from './load.ts';

/** A server and what it is asked. */
export type Target = { readonly name: string; readonly pid: number; readonly traffic: Traffic };

/** What one round said of one server. */
export type Spent = { readonly cpuMicroseconds: number; readonly requestsPerSecond: number };

/** By target, its rounds in their order. */
export type Rounds = ReadonlyMap<string, readonly Spent[]>;

const ROUNDS = 15;
const ROUND_SECONDS = 1;
const WARM_UP_SECONDS = 4;

/**
 * All targets in turn, round after round and each time beginning with another, so that whatever slows the machine down for a while
 * slows all of them down.
 */
export async function interleaved(
  targets: readonly Target[],
  generator: Generator,
  { signal, say }: BenchContext,
): Promise<Rounds> {
  for (const { traffic } of targets) await generator.drive(traffic, WARM_UP_SECONDS, signal);
  const rounds = new Map<string, Spent[]>(targets.map(({ name }) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const index of targets.keys()) {
      const target = targets[(index + round) % targets.length];
      if (target !== undefined) rounds.get(target.name)?.push(await spentBy(target, generator, signal));
    }
    say(`round ${round + 1}: ${[...rounds].map(([name, spent]) => `${name} ${shown(spent.at(-1))}`).join(', ')}`);
  }
  return rounds;
}

async function spentBy({ pid, traffic }: Target, generator: Generator, signal: AbortSignal): Promise<Spent> {
  const before = cpuSecondsOf(pid);
  const { requests, seconds } = await generator.drive(traffic, ROUND_SECONDS, signal);
  return {
    cpuMicroseconds: ((cpuSecondsOf(pid) - before) / requests) * 1e6,
    requestsPerSecond: requests / seconds,
  };
}

const shown = (spent: Spent | undefined) => `${spent?.cpuMicroseconds.toFixed(1)} µs`;

/** The median of what each round says by itself: what `one` takes as a share of what `other` took in the same round. */
export function medianRatio(rounds: Rounds, one: string, other: string, of: keyof Spent): number {
  const others = rounds.get(other) ?? [];
  return median((rounds.get(one) ?? []).flatMap((spent, index) => ratioTo(others[index], spent, of)));
}

const ratioTo = (other: Spent | undefined, spent: Spent, of: keyof Spent) =>
  other === undefined ? [] : [spent[of] / other[of]];

export const medianOf = (rounds: Rounds, name: string, of: keyof Spent): number =>
  median((rounds.get(name) ?? []).map((spent) => spent[of]));

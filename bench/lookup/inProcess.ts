import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { BenchContext, Figures } from '../support/bench.ts';
import { median } from '../support/percentile.ts';
import { pinToServerCore } from './cores.ts';
import type { EvaluationRound } from './evaluationRounds.ts';
import { SHARE_PERCENTAGE } from './evaluators/evaluator.ts';

const NAMES = ['sluice', 'flagdCore', 'growthbook', 'unleash', 'launchdarkly'] as const;
export type EvaluatorName = (typeof NAMES)[number];

const ROUNDS = 9;
const WARM_UP_ROUNDS = 2;
/** Of 100: who answers a default, or does not split, is measured at something else. */
const SHARE_TOLERANCE = 1;
const roundSchema = z.object({ perSecond: z.number(), onShare: z.number() });

/** Evaluations in process, of 200 features that are each on for a quarter of all users, in turn by each library. */
export async function inProcess({ signal, say }: BenchContext): Promise<Figures> {
  await using running = new AsyncDisposableStack();
  const evaluators = new Map<EvaluatorName, ChildProcess>();
  for (const name of NAMES) evaluators.set(name, running.adopt(await startEvaluator(name, signal), end));
  const perSecond = new Map<EvaluatorName, number[]>(NAMES.map((name) => [name, []]));
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    for (const [name, evaluator] of evaluators) {
      const said = await askedForRound(evaluator, signal);
      assertSplits(name, said);
      if (round >= 0) perSecond.get(name)?.push(said.perSecond);
    }
  }
  say(`in process: ${[...perSecond].map(([name, all]) => `${name} ${(median(all) / 1e6).toFixed(2)} M/s`).join(', ')}`);
  return figuresOf(perSecond);
}

async function startEvaluator(name: EvaluatorName, signal: AbortSignal): Promise<ChildProcess> {
  const child = fork(fileURLToPath(import.meta.resolve('./evaluatorProcess.ts')), [name]);
  const [pid] = [child.pid];
  if (pid === undefined) throw new Error(`the process of ${name} could not be started`);
  await once(child, 'message', { signal });
  await pinToServerCore(pid);
  return child;
}

async function askedForRound(child: ChildProcess, signal: AbortSignal): Promise<EvaluationRound> {
  child.send('round');
  const [said] = await once(child, 'message', { signal });
  return roundSchema.parse(said);
}

/** @throws Error where a library is not on for about the wanted share */
export function assertSplits(name: string, { onShare }: EvaluationRound): void {
  if (Math.abs(100 * onShare - SHARE_PERCENTAGE) > SHARE_TOLERANCE) {
    throw new Error(`${name} is on for ${(100 * onShare).toFixed(1)} % of users, not for ${SHARE_PERCENTAGE} %`);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.disconnect();
  await once(child, 'exit');
}

function figuresOf(perSecond: ReadonlyMap<EvaluatorName, readonly number[]>): Figures {
  const own = perSecond.get('sluice') ?? [];
  const peers = [...perSecond].filter(([name]) => name !== 'sluice');
  return Object.fromEntries([
    ...[...perSecond].map(([name, all]) => [`${name}EvaluationsPerSecond`, median(all)]),
    ...peers.map(([name, all]) => [`evaluationsOver${capitalised(name)}`, ratioOf(own, all)]),
  ]);
}

const ratioOf = (own: readonly number[], other: readonly number[]) =>
  median(own.map((perSecond, round) => perSecond / (other[round] ?? Number.NaN)));

const capitalised = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

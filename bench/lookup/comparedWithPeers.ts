import { join } from 'node:path';
import type { BenchContext, Figures } from '../support/bench.ts';
import { answersOf } from './answers.ts';
import type { Request } from './asked.ts';
import { interleaved, medianOf, medianRatio, type Rounds, type Target } from './interleaved.ts';
import { type Generator, trafficTo } from './load.ts';
import { startPeer } from './peers.ts';

/** What is asked, by whom. The name begins that of each figure. */
export type Work = { readonly name: string; readonly requests: readonly Request[]; readonly token: string };

/** A server that is up and on its core. */
export type Served = { readonly name: string; readonly url: string; readonly pid: number };

/** Sluice and both peers with what it answers, in the same rounds. */
export async function comparedWithPeers(
  work: Work,
  sluice: Served,
  generator: Generator,
  context: BenchContext,
): Promise<Figures> {
  const answers = await answersOf(sluice.url, work.requests, work.token, context.signal);
  await using fastify = await startPeer('fastify', answers, context);
  await using nodeHttp = await startPeer('nodeHttp', answers, context);
  context.say(`${work.name} lookups by ${generator.name}, CPU a request`);
  const targets = await Promise.all(
    [sluice, fastify, nodeHttp].map((server) => targetAt(server, work, generator, context)),
  );
  return figuresOf(work.name, await interleaved(targets, generator, context));
}

/** A server asked to do this work. */
export async function targetAt(
  { name, url, pid }: Served,
  { name: work, requests, token }: Work,
  generator: Generator,
  { folder }: BenchContext,
): Promise<Target> {
  const file = join(folder, `${work}-${name}`);
  return { name, pid, traffic: await trafficTo(url, { generator, requests, token, file }) };
}

function figuresOf(work: string, rounds: Rounds): Figures {
  const spent = [...rounds.keys()].flatMap((name): [string, number][] => [
    [`${work}${capitalised(name)}CpuMicroseconds`, medianOf(rounds, name, 'cpuMicroseconds')],
    [`${work}${capitalised(name)}RequestsPerSecond`, medianOf(rounds, name, 'requestsPerSecond')],
  ]);
  return {
    ...Object.fromEntries(spent),
    [`${work}FastifyOverSluiceCpu`]: medianRatio(rounds, 'fastify', 'sluice', 'cpuMicroseconds'),
    [`${work}NodeHttpOverSluiceCpu`]: medianRatio(rounds, 'nodeHttp', 'sluice', 'cpuMicroseconds'),
    [`${work}SluiceOverFastifyThroughput`]: medianRatio(rounds, 'sluice', 'fastify', 'requestsPerSecond'),
  };
}

const capitalised = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

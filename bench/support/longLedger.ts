import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { contractDigest } from '../../src/domain/contract/digest.ts';
import { canonicalJson } from '../../src/domain/ledger/canonicalJson.ts';
import { type ChainHead, EMPTY_CHAIN, headOf, link } from '../../src/domain/ledger/chain.ts';
import type { Entry, EntryDraft } from '../../src/domain/ledger/entry.ts';
import { exportHeader } from '../../src/domain/ledger/exportHeader.ts';
import { proposalInput } from '../../test/support/proposals.ts';
import {
  bad,
  doubtful,
  FEATURE,
  healthy,
  inStage,
  startedRollout,
  until,
  wishFor,
} from '../../test/support/release.ts';
import {
  chainOf,
  OLGA,
  pollFor,
  type Replica,
  startReplica,
  type World,
  worldOf,
} from '../../test/support/simulatedInstallation.ts';

const ENVIRONMENT = 'test';
const HOUR_MS = 3_600_000;
/** From one release to the next; longer than any of them with its cooldown. */
const PERIOD_MS = 12 * HOUR_MS;

export type LongLedger = { readonly file: string; readonly entries: number; readonly rollouts: number };

/**
 * The export of a chain with at least so many entries: one release after the other, each proposed, approved, started, held,
 * risen by two stages, paused, resumed and taken back. The first two are those of a real controller in a simulated installation;
 * the others are the second one, told again later under other ids, and linked by the ledger's own function.
 */
export async function writeLongLedger(folder: string, atLeast: number): Promise<LongLedger> {
  const [first, second] = await twoReleases();
  const [body, file] = [join(folder, `${atLeast}.body`), join(folder, `${atLeast}.jsonl`)];
  const rollouts = 1 + Math.ceil((atLeast - first.length) / second.length);
  let head = EMPTY_CHAIN;
  const lines = function* () {
    for (const entry of told(first, second, rollouts)) {
      head = headOf(entry);
      yield `${canonicalJson(entry)}\n`;
    }
  };
  await pipeline(lines, createWriteStream(body));
  const header = `${canonicalJson(exportHeader(FEATURE, ENVIRONMENT, head))}\n`;
  await pipeline(async function* () {
    yield header;
    yield* createReadStream(body);
  }, createWriteStream(file));
  await rm(body);
  return { file, entries: head.seq, rollouts };
}

async function twoReleases(): Promise<readonly [first: readonly Entry[], second: readonly Entry[]]> {
  const world = worldOf({ pollIntervalMs: 60_000 });
  const replica = await startReplica(world);
  const startedAtMs = world.clock.nowMs();
  await release(replica, world);
  const first = await chainOf(world, FEATURE);
  world.clock.advance(startedAtMs + PERIOD_MS - world.clock.nowMs());
  await release(replica, world);
  const both = await chainOf(world, FEATURE);
  return [first, both.slice(first.length)];
}

async function release(replica: Replica, world: World): Promise<void> {
  healthy(world);
  const id = await startedRollout(replica, proposalInput());
  await until(replica, id, inStage(0));
  doubtful(world);
  await pollFor(replica, HOUR_MS / 2);
  healthy(world);
  await until(replica, id, inStage(1));
  await replica.closings.pause(OLGA, id, 'a look at the graphs');
  await pollFor(replica, HOUR_MS / 4);
  await replica.rollouts.resume(OLGA, id, await wishFor(replica, id, 'they are fine'));
  await pollFor(replica, HOUR_MS / 2);
  bad(world);
  await until(replica, id, ({ wedgeState }) => wedgeState === 'ROLLED_BACK');
  await pollFor(replica, HOUR_MS / 4);
}

function* told(first: readonly Entry[], second: readonly Entry[], releases: number): Generator<Entry> {
  let head = EMPTY_CHAIN;
  const documentVersions = lastVersion(second) - lastVersion(first);
  for (const entry of first) {
    head = headOf(entry);
    yield entry;
  }
  for (let copy = 0; copy < releases - 1; copy += 1) {
    const again = againOf(second, copy, documentVersions);
    for (const entry of second) {
      const linked = relinked(head, again(entry) as Entry);
      head = headOf(linked);
      yield linked;
    }
  }
}

function relinked(head: ChainHead, entry: Entry): Entry {
  const { schema: _, chain, seq: _seq, at, recordedAt, late: _late, code: _code, environment, ...rest } = entry;
  const { prevHash: _prev, hash: _hash, ...said } = rest;
  // What is left are the members of a draft, `type` and `data` as they were paired.
  const draft = { ...said, atMs: Date.parse(at) } as EntryDraft;
  return link(head, draft, { chain, environment, recordedAtMs: Date.parse(recordedAt) });
}

const EPOCH_MS_FROM = 1e12;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

/** A release as it would be, had it happened `copy` periods later: other ids and so another digest, later times, higher numbers. */
function againOf(release: readonly Entry[], copy: number, documentVersions: number) {
  const shiftMs = copy * PERIOD_MS;
  const names = namesOf(release, copy);
  const text = (said: string) =>
    names.get(said) ?? said.replace(TIME, (at) => new Date(Date.parse(at) + shiftMs).toISOString());
  const number = (name: string, said: number) => {
    if (name === 'documentVersion') return said + copy * documentVersions;
    if (name === 'throughSeq') return said + copy * release.length;
    return said >= EPOCH_MS_FROM ? said + shiftMs : said;
  };
  const again = (said: unknown, name = ''): unknown => {
    if (typeof said === 'string') return text(said);
    if (typeof said === 'number') return number(name, said);
    if (Array.isArray(said)) return said.map((each) => again(each));
    if (typeof said !== 'object' || said === null) return said;
    return Object.fromEntries(Object.entries(said).map(([member, value]) => [member, again(value, member)]));
  };
  return again;
}

function namesOf(release: readonly Entry[], copy: number): ReadonlyMap<string, string> {
  const proposed = release.find(({ type }) => type === 'proposed');
  if (proposed?.type !== 'proposed') throw new Error('a release begins with a proposal');
  const rollouts = release.flatMap(({ rollout }) => (rollout === null ? [] : [rollout]));
  const renamed = (id: string) => `${copy.toString(16).padStart(8, '0')}${id.slice(8)}`;
  const { contract } = proposed.data;
  const digest = contractDigest({ ...contract, id: renamed(contract.id) });
  const ids = [contract.id, ...new Set(rollouts)];
  return new Map([...ids.map((id) => [id, renamed(id)] as const), [contractDigest(contract), digest]]);
}

function lastVersion(release: readonly Entry[]): number {
  const versions = release.flatMap(({ data }) => ('exposure' in data ? [data.exposure.documentVersion] : []));
  return Math.max(...versions);
}

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Account } from './account.ts';
import { findBinaries } from './binaries.ts';
import type { DataFolder } from './dataFolder.ts';
import { connectGuard } from './guard.ts';
import { clusterExists, initialiseCluster } from './initdb.ts';
import { type Launch, launchPostmaster } from './launch.ts';
import { findPostmaster, type Postmaster } from './postmasterFile.ts';

/** One embedded PostgreSQL, running or not. */
export interface Server {
  readonly folder: DataFolder;
  readonly account: Account | undefined;
  /** Where clients find the socket. */
  readonly socketFolder: string;
  readonly log: (line: string) => void;
}

const START_DEADLINE_MS = 120_000;
const POLL_MS = 10;
const RETRY_MS = 200;

/** Refusals that pass: another start was faster, or backends of a killed postmaster are on their way out. */
const PASSING_REFUSAL = /lock file "[^"]*" already exists|pre-existing shared memory block/;

/**
 * Connects to the server, starting it (and making its cluster) if it doesn't run: one that was left running is adopted,
 * one that is starting is waited for, and one that is stopping is waited for and started again.
 *
 * @throws Error with PostgreSQL's own words if it refuses to start, and if `signal` is aborted
 */
export async function attach(server: Server, signal: AbortSignal): Promise<Client> {
  const adopted = await connectGuard(server.socketFolder);
  if (adopted !== undefined) {
    server.log('PostgreSQL runs already, and is used as it is');
    return adopted;
  }
  return startAndConnect(server, AbortSignal.any([signal, AbortSignal.timeout(START_DEADLINE_MS)]));
}

async function startAndConnect(server: Server, giveUp: AbortSignal): Promise<Client> {
  let launch: Launch | undefined;
  try {
    while (!giveUp.aborted) {
      const postmaster = await findPostmaster(server.folder.cluster);
      if (postmaster.kind !== 'running' && !isAlive(launch)) {
        if (launch !== undefined) await waitOutRefusal(launch);
        launch = await launchServer(server, postmaster);
      }
      const guard = await connectGuard(server.socketFolder);
      if (guard !== undefined) return guard;
      await sleep(POLL_MS);
    }
    throw await unanswered(server);
  } catch (error) {
    await abandon(launch);
    throw error;
  }
}

async function launchServer({ folder, account, log }: Server, postmaster: Postmaster): Promise<Launch> {
  const { initdb, postgres } = await findBinaries(account, log);
  if (!(await clusterExists(folder))) {
    log(`PostgreSQL's database is made in ${folder.cluster}`);
    await initialiseCluster(folder, initdb, account);
  }
  const stalePid = postmaster.kind === 'stale' ? postmaster.pid : undefined;
  const launch = await launchPostmaster(folder, postgres, account, stalePid);
  log(`PostgreSQL starts as process ${launch.process.pid}, its log is ${folder.logFile}`);
  return launch;
}

function isAlive(launch: Launch | undefined): boolean {
  return launch !== undefined && launch.process.exitCode === null && launch.process.signalCode === null;
}

async function waitOutRefusal(launch: Launch): Promise<void> {
  const words = await launch.logged();
  if (!PASSING_REFUSAL.test(words)) throw new Error(`PostgreSQL does not start:\n${words}`);
  await sleep(RETRY_MS);
}

/** A server that nobody came to own must not stay. Immediate, since nothing was written. */
async function abandon(launch: Launch | undefined): Promise<void> {
  if (launch === undefined || !isAlive(launch)) return;
  const exited = once(launch.process, 'exit');
  launch.process.ref();
  launch.process.kill('SIGQUIT');
  await exited;
}

async function unanswered({ folder }: Server): Promise<Error> {
  const postmaster = await findPostmaster(folder.cluster);
  const which = postmaster.kind === 'none' ? '' : ` (process ${postmaster.pid})`;
  return new Error(`PostgreSQL in ${folder.cluster}${which} does not answer, see ${folder.logFile}`);
}

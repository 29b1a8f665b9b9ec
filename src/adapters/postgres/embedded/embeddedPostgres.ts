import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { chooseAccount } from './account.ts';
import { attach, type Server } from './attach.ts';
import { openDataFolder } from './dataFolder.ts';
import { claimDataFolder, DataFolderTaken, ensureDatabase } from './guard.ts';
import { removeUnfinishedClusters } from './initdb.ts';
import { shutDown } from './shutDown.ts';
import { closeSocketFolder, connectionString, openSocketFolder } from './socketFolder.ts';

/** A PostgreSQL of our own. While it isn't stopped, it is started again should it end. */
export interface EmbeddedPostgres {
  /** URL of the database `sluice`, over a Unix socket, for `pg` and Prisma's adapter. The same after every start. */
  readonly connectionString: string;
  /** Stops the server and resolves when its process has gone. A second call waits for the same. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Made if missing. One Sluice at a time. */
  readonly dataDirectory: string;
  /** Told what a person who watches the start would want to know, a line at a time. */
  readonly log: (line: string) => void;
}

const LONGEST_PAUSE_MS = 30_000;

/**
 * Starts PostgreSQL in the data directory, or adopts one that an earlier process left running there.
 *
 * @throws Error saying what to do: no programs for this platform, no account to run as, a directory that another Sluice
 *   uses, or PostgreSQL's own reason not to start
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const folder = await openDataFolder(options.dataDirectory);
  const server: Server = {
    folder,
    account: await chooseAccount(folder.cluster),
    socketFolder: await openSocketFolder(folder.cluster),
    log: options.log,
  };
  const guard = await attachAndClaim(server, new AbortController().signal);
  const supervisor = new Supervisor(server, guard);
  try {
    await ensureDatabase(guard);
    await removeUnfinishedClusters(folder);
    return supervisor;
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
}

async function attachAndClaim(server: Server, signal: AbortSignal): Promise<Client> {
  const guard = await attach(server, signal);
  try {
    await claimDataFolder(guard, server.folder);
    return guard;
  } catch (error) {
    await guard.end();
    throw error;
  }
}

class Supervisor implements EmbeddedPostgres {
  readonly connectionString: string;
  readonly #server: Server;
  readonly #stopping = new AbortController();
  #guard: Client;
  #isTaken = false;
  #recovery: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined;

  constructor(server: Server, guard: Client) {
    this.connectionString = connectionString(server.socketFolder);
    this.#server = server;
    this.#guard = guard;
    this.#watch();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    await this.#recovery;
    try {
      if (!this.#isTaken) await this.#shutDown();
    } finally {
      // Only now: until the server has gone, the guard's lock keeps others from adopting it.
      await this.#guard.end();
    }
  }

  async #shutDown(): Promise<void> {
    const { folder, socketFolder, log } = this.#server;
    await shutDown(folder.cluster, log);
    await closeSocketFolder(socketFolder, folder.cluster);
  }

  #watch(): void {
    this.#guard.once('end', () => {
      if (!this.#stopping.signal.aborted) this.#recovery = this.#recover();
    });
  }

  /** PostgreSQL ended, or restarted itself after a backend crashed. */
  async #recover(): Promise<void> {
    const { signal } = this.#stopping;
    this.#server.log('PostgreSQL ended unasked, and is started again');
    for (let pauseMs = 100; !signal.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        this.#guard = await attachAndClaim(this.#server, signal);
        this.#isTaken = false;
        return this.#watch();
      } catch (error) {
        // Another Sluice came in between. The server is its own now, and not ours to stop.
        this.#isTaken = error instanceof DataFolderTaken;
        this.#server.log(String(error));
        await sleep(pauseMs, undefined, { signal }).catch(() => {});
      }
    }
  }
}

import { hostname } from 'node:os';
import type { FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';
import manifest from '../package.json' with { type: 'json' };
import { DataFolderTaken } from './adapters/postgres/embedded/guard.ts';
import { systemChance } from './adapters/system/systemChance.ts';
import { systemClock } from './adapters/system/systemClock.ts';
import { type ControlOptions, composeControl } from './composeControl.ts';
import type { Config } from './config.ts';
import { Propagation } from './control/flags/propagation.ts';
import { ViewKeeping } from './control/flags/viewKeeping.ts';
import { LedgerBeginning } from './control/installation/ledgerBeginning.ts';
import { PolicyUnapproved } from './control/installation/policyAnnouncement.ts';
import { LedgerUnfit } from './control/ports/ledger.ts';
import { Background, type Chore } from './control/upkeep/background.ts';
import { replicaName } from './domain/confirmation/member.ts';
import { REDACTION, SERIALIZERS } from './http/logging.ts';
import { buildServer } from './http/server.ts';
import { openOutside } from './openOutside.ts';

/** A composed Sluice. `start` serves and ticks; `stop` finishes what is under way and closes what was opened, in turn. */
export type Sluice = {
  readonly server: FastifyInstance;
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** The one place that knows every part. Top to bottom: what is outside, what decides, what people and services reach. */
export async function compose(config: Config, log: Logger, tellAdminToken: (token: string) => void): Promise<Sluice> {
  await using opened = new AsyncDisposableStack();
  const outside = await openOutside(config, log, opened);
  const options = optionsOf(config);
  const inside = composeControl(options, outside);
  const server = buildServer(inside.application, outside.telemetry, {
    logger: log,
    clock: systemClock,
    version: manifest.version,
    lookupsPerMinute: config.lookupsPerMinute,
    corsOrigins: config.corsOrigins,
  });
  const tokens = config.adminToken === null ? inside.application.tokens : null;
  const beginning = new LedgerBeginning({ ...outside, policy: config.policy, tokens, tellAdminToken });
  const keeping = new ViewKeeping({ ...outside, file: outside.viewFile });
  const untilStopped = new Background(choresOf(beginning, keeping), outside);
  // A database that answers and is wrong keeps Sluice from starting; one that is away does not: lookups begin with what was last known.
  if (!(await beginning.run())) await keeping.restore();
  await inside.lateClosings.closeAgain();
  const closing = opened.move();
  return {
    server,
    async start() {
      outside.sources.start();
      await outside.store.subscribe(new Propagation(outside.view, outside.telemetry, systemClock));
      await inside.ledgerFeed.run();
      if (!outside.store.state().ok) await keeping.restoreEdits();
      // The gate is as the ledger has it before the first lookup is answered.
      // Where that fails it goes on trying; meanwhile what runs is watched all the same, and nothing opens.
      await inside.reconciler
        .run()
        .catch((error: unknown) => log.error({ err: error }, 'reconciliation failed at start'));
      await inside.membership.begin();
      log.info({ replica: options.replica }, 'lookups are served');
      await server.listen({ host: config.host, port: config.port });
      inside.scheduler.start();
      inside.background.start();
      untilStopped.start();
    },
    async stop() {
      await server.close();
      await inside.scheduler.stop();
      await inside.background.stop();
      await inside.membership.takeLeave();
      await untilStopped.stop();
      await keeping.keep().catch((error: unknown) => log.error({ err: error }, 'the last known state was not kept'));
      await closing.disposeAsync();
    },
  };
}

/** What is done beside control's own chores: what begins when the ledger is back, and what the next start will know. */
const choresOf = (beginning: LedgerBeginning, keeping: ViewKeeping): readonly Chore[] => [
  { name: 'beginning with the ledger', everyMs: 1_000, run: () => beginning.retry() },
  { name: 'keeping the last known state', everyMs: 2_000, run: () => keeping.keep() },
];

/** What an operator can mend by configuration, where a start failed over that; null for everything else. */
export function mistakeIn(error: unknown): string | null {
  if (error instanceof LedgerUnfit) return `DATABASE_URL: ${error.message}`;
  if (error instanceof PolicyUnapproved) return `POLICY_FILE: ${error.message}`;
  if (error instanceof DataFolderTaken) return `DATA_DIR: ${error.message}`;
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen'
    ? `HOST, PORT: ${error.message}`
    : null;
}

export type Log = Logger;

/** JSON lines on standard output; what is secret never gets there. */
export function openLog(config: Config): Logger {
  return pino({
    level: config.logLevel,
    base: { environment: config.environment },
    redact: REDACTION,
    serializers: SERIALIZERS,
  });
}

function optionsOf(config: Config): ControlOptions {
  const { environment, policy, catalogue, metricSources, pollIntervalSeconds, dryRun } = config;
  const pollIntervalMs = pollIntervalSeconds * 1000;
  const sourceKinds = new Map(metricSources.map(({ name, kind }) => [name, kind]));
  // Most of a tick is waiting, so many may be under way.
  const scheduling = { concurrency: 50, leaseMs: 20_000, wakeMs: Math.min(1000, pollIntervalMs / 4) };
  // By chance too: a process that comes back under the same host and number is another one, and has its own word.
  const replica = replicaName(`${hostname()}:${process.pid}:${systemChance.hex(3)}`);
  return { environment, replica, policy, catalogue, sourceKinds, pollIntervalMs, dryRun, scheduling };
}

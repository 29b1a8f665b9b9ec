import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';
import manifest from '../package.json' with { type: 'json' };
import { HttpGateHooks } from './adapters/gateHook/httpGateHooks.ts';
import { RollbackNotifier } from './adapters/gateHook/rollbackNotifier.ts';
import { SignedPost } from './adapters/gateHook/signedPost.ts';
import { FileLateJournal } from './adapters/journal/fileLateJournal.ts';
import { MemoryAcknowledgements } from './adapters/memory/acknowledgements.ts';
import { MemoryFlagStore } from './adapters/memory/flagStore.ts';
import { LogNotifier } from './adapters/notify/logNotifier.ts';
import { BoundedHttp } from './adapters/outboundHttp/boundedHttp.ts';
import { startEmbeddedPostgres } from './adapters/postgres/embedded/embeddedPostgres.ts';
import { DataFolderTaken } from './adapters/postgres/embedded/guard.ts';
import { openPostgres, type Postgres } from './adapters/postgres/openPostgres.ts';
import { PrometheusSource } from './adapters/prometheus/source.ts';
import type { FlagFault } from './adapters/redis/flagFeed.ts';
import { systemChance } from './adapters/system/systemChance.ts';
import { monotonicMs, systemClock } from './adapters/system/systemClock.ts';
import { systemTimer } from './adapters/system/systemTimer.ts';
import { PrometheusTelemetry } from './adapters/telemetry/prometheusTelemetry.ts';
import { FileViewFile } from './adapters/viewFile/fileViewFile.ts';
import { type ControlOptions, composeControl } from './composeControl.ts';
import type { Config, MetricSourceConfig } from './config.ts';
import { configuredAdmin } from './control/access/admin.ts';
import { TokenDirectory } from './control/access/tokenDirectory.ts';
import { FlagView } from './control/flags/flagView.ts';
import { Propagation } from './control/flags/propagation.ts';
import { ViewKeeping } from './control/flags/viewKeeping.ts';
import { LedgerBeginning } from './control/installation/ledgerBeginning.ts';
import { PolicyUnapproved } from './control/installation/policyAnnouncement.ts';
import type { AcknowledgementRegister } from './control/ports/acknowledgementRegister.ts';
import type { FlagStore } from './control/ports/flagStore.ts';
import { LedgerUnfit } from './control/ports/ledger.ts';
import type { MetricSource } from './control/ports/metricSource.ts';
import { MetricSources } from './control/sight/metricSources.ts';
import { Background, type Chore } from './control/upkeep/background.ts';
import { replicaName } from './domain/confirmation/member.ts';
import { hardKillVariable } from './domain/feature/hardKill.ts';
import { REDACTION, SERIALIZERS } from './http/logging.ts';
import { buildServer } from './http/server.ts';

/** A composed Sluice. `start` serves and ticks; `stop` finishes what is under way and closes what was opened, in turn. */
export type Sluice = {
  readonly server: FastifyInstance;
  start(): Promise<void>;
  stop(): Promise<void>;
};

const MIGRATIONS = join(import.meta.dirname, '..', 'prisma', 'migrations');

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
      await inside.replicaWord.begin();
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
      await inside.replicaWord.takeLeave();
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

/** Everything with a connection, a file or a timer of its own; each closes itself when the stack unwinds. */
async function openOutside(config: Config, log: Logger, opened: AsyncDisposableStack) {
  const telemetry = new PrometheusTelemetry({ environment: config.environment });
  const postgres = await openDatabase(config, log, opened);
  const storeAcknowledgements = await openStoreAcknowledgements(config, opened);
  const view = new FlagView({
    monotonicMs,
    staleAfterMs: config.policy.rollbackDeadlineSeconds * 1000,
    hardKilled: (feature) => config.hardKills.has(hardKillVariable(feature)),
  });
  telemetry.watchSnapshotAge(() => view.freshness.ageMs() / 1000);
  const store = opened.adopt(await openFlagStore(config, { log, telemetry, view }), (store) => store.close());
  const configured = await Promise.all(config.metricSources.map((source) => openSource(source, config)));
  const sources = opened.adopt(new MetricSources(configured), (all) => all.close());
  const directory = new TokenDirectory(postgres.tokens, systemClock, configuredAdmin(config.adminToken));
  const kept = resolve(config.dataDirectory);
  const late = new FileLateJournal(join(kept, 'late-closings'));
  const viewFile = new FileViewFile(join(kept, 'last-known-flags.jsonl'), config.environment);
  const system = { clock: systemClock, chance: systemChance, timer: systemTimer, log };
  const { gateHooks, onRollback } = openGateHooks(config, opened);
  const notifiers = [new LogNotifier(log), ...onRollback];
  return {
    ...postgres,
    ...system,
    telemetry,
    store,
    storeAcknowledgements,
    sources,
    view,
    viewFile,
    directory,
    late,
    gateHooks,
    notifiers,
  };
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

async function openDatabase(config: Config, log: Logger, opened: AsyncDisposableStack): Promise<Postgres> {
  const connectionString = config.databaseUrl ?? (await openEmbedded(config, log, opened));
  const postgres = openPostgres({
    connectionString,
    migrationsFolder: MIGRATIONS,
    environment: config.environment,
  });
  return opened.adopt(postgres, (open) => open.close());
}

async function openEmbedded(config: Config, log: Logger, opened: AsyncDisposableStack): Promise<string> {
  const dataDirectory = join(resolve(config.dataDirectory), 'postgres');
  const embedded = await startEmbeddedPostgres({
    dataDirectory,
    log: (line) => log.info({ postgres: line }, 'postgres'),
  });
  opened.defer(() => embedded.stop());
  return embedded.connectionString;
}

type Hearing = { readonly log: Logger; readonly telemetry: PrometheusTelemetry; readonly view: FlagView };

async function openFlagStore(config: Config, { log, telemetry, view }: Hearing): Promise<FlagStore> {
  if (config.redisUrl === null) return new MemoryFlagStore({ monotonicMs });
  const onFault = ({ of, feature, fault }: FlagFault) => {
    if (of === 'announcement')
      return log.warn({ feature, fault }, 'a flag was stored and not announced; it is found by its version');
    telemetry.documentFault(view.document(feature) === undefined ? null : feature);
    log.error({ feature, fault }, 'a stored flag can not be served as it is; the last good one serves');
  };
  // 45 modules and 20 MB that an installation without Redis does not need.
  const { RedisFlagStore } = await import('./adapters/redis/flagStore.ts');
  return new RedisFlagStore({ url: config.redisUrl, monotonicMs, onFault });
}

async function openStoreAcknowledgements(
  { redisUrl: url }: Config,
  opened: AsyncDisposableStack,
): Promise<AcknowledgementRegister> {
  if (url === null) return new MemoryAcknowledgements();
  const { RedisAcknowledgements } = await import('./adapters/redis/acknowledgements.ts');
  return opened.adopt(new RedisAcknowledgements({ url }), (words) => words.close());
}

/** Those that the installation has asked before a gate opens, and informed when it was closed. */
function openGateHooks(config: Config, opened: AsyncDisposableStack) {
  const { addresses, key, timeoutMs } = config.gateHooks ?? { addresses: [], key: new Uint8Array(), timeoutMs: 0 };
  const posts = addresses.map(({ hook, url }) => {
    const http = opened.adopt(new BoundedHttp(url, { timeoutMs, maxResponseBytes: 64 * 1024 }), (open) => open.close());
    return { hook, post: new SignedPost(http, key, systemClock) };
  });
  const { environment } = config;
  const asked = posts.flatMap(({ hook, post }) => (hook === 'onRollback' ? [] : [[hook, post] as const]));
  const told = posts.filter(({ hook }) => hook === 'onRollback');
  return {
    gateHooks: new HttpGateHooks(new Map(asked), { environment, timeoutMs, timer: systemTimer, monotonicMs }),
    onRollback: told.map(({ post }) => new RollbackNotifier(post, { environment, timeoutMs })),
  };
}

async function openSource(
  { name, kind, url }: MetricSourceConfig,
  { pollIntervalSeconds }: Config,
): Promise<MetricSource> {
  const http = new BoundedHttp(url);
  if (kind === 'prometheus') return new PrometheusSource(name, http);
  // Its regular expressions take megabytes, which most installations don't need.
  const { ScrapeSource } = await import('./adapters/scrape/source.ts');
  return new ScrapeSource({ name, http, clock: systemClock, intervalSeconds: pollIntervalSeconds });
}

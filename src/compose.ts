import { join, resolve } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';
import manifest from '../package.json' with { type: 'json' };
import { FileLateJournal } from './adapters/journal/fileLateJournal.ts';
import { MemoryFlagStore } from './adapters/memory/flagStore.ts';
import { LogNotifier } from './adapters/notify/logNotifier.ts';
import { BoundedHttp } from './adapters/outboundHttp/boundedHttp.ts';
import { startEmbeddedPostgres } from './adapters/postgres/embedded/embeddedPostgres.ts';
import { openPostgres, type Postgres } from './adapters/postgres/openPostgres.ts';
import { PrometheusSource } from './adapters/prometheus/source.ts';
import { ScrapeSource } from './adapters/scrape/source.ts';
import { systemChance } from './adapters/system/systemChance.ts';
import { monotonicMs, systemClock } from './adapters/system/systemClock.ts';
import { systemTimer } from './adapters/system/systemTimer.ts';
import { PrometheusTelemetry } from './adapters/telemetry/prometheusTelemetry.ts';
import type { Config, MetricSourceConfig } from './config.ts';
import { configuredAdmin, firstAdmin } from './control/access/admin.ts';
import { TokenDirectory } from './control/access/tokenDirectory.ts';
import type { Application } from './control/application.ts';
import { Closing } from './control/closing/closing.ts';
import { Killing } from './control/closing/killing.ts';
import { LateClosings } from './control/closing/lateClosings.ts';
import { Scheduler } from './control/controller/scheduler.ts';
import { Ticker } from './control/controller/ticker.ts';
import { Closings } from './control/desks/closings.ts';
import { Contracts } from './control/desks/contracts.ts';
import { Features } from './control/desks/features.ts';
import { Installation } from './control/desks/installation.ts';
import { RolloutCreation } from './control/desks/rolloutCreation.ts';
import { Rollouts } from './control/desks/rollouts.ts';
import { Tokens } from './control/desks/tokens.ts';
import { FlagView } from './control/flags/flagView.ts';
import { Propagation } from './control/flags/propagation.ts';
import { Publisher } from './control/flags/publisher.ts';
import { policyFit } from './control/opening/policyFit.ts';
import { Preflight } from './control/opening/preflight.ts';
import { RolloutOpening } from './control/opening/rolloutOpening.ts';
import type { FlagStore } from './control/ports/flagStore.ts';
import type { MetricSource } from './control/ports/metricSource.ts';
import { Drift } from './control/reconciliation/drift.ts';
import { Reconciler } from './control/reconciliation/reconciler.ts';
import { ChainAudit } from './control/sight/chainAudit.ts';
import { DecisionContexts } from './control/sight/decisionContext.ts';
import { KnownRollouts } from './control/sight/knownRollouts.ts';
import { MetricSources } from './control/sight/metricSources.ts';
import { RolloutDisplay } from './control/sight/rolloutDisplay.ts';
import { Background } from './control/upkeep/background.ts';
import { Delivery } from './control/upkeep/deliver.ts';
import { forget } from './control/upkeep/forgetting.ts';
import { announcePolicy } from './control/upkeep/policyAnnouncement.ts';
import { hardKillVariable } from './domain/feature/hardKill.ts';
import { REDACTION } from './http/logging.ts';
import { buildServer } from './http/server.ts';

/** A composed Sluice. `start` serves and ticks; `stop` finishes what is under way and closes what was opened, in turn. */
export type Sluice = {
  readonly server: FastifyInstance;
  /** Of the administrator, where none was configured and none existed: to be printed once. */
  readonly madeAdminToken: string | null;
  start(): Promise<void>;
  stop(): Promise<void>;
};

const MIGRATIONS = join(import.meta.dirname, '..', 'prisma', 'migrations');

/** The one place that knows every part. Top to bottom: what is outside, what decides, what people and services reach. */
export async function compose(config: Config, log: Logger): Promise<Sluice> {
  await using opened = new AsyncDisposableStack();
  const outside = await openOutside(config, log, opened);
  const inside = composeControl(config, log, outside);
  const server = buildServer(inside.application, outside.telemetry, {
    logger: log,
    clock: systemClock,
    version: manifest.version,
  });
  await outside.directory.refresh();
  await announcePolicy(config.policy, { ...outside.postgres, clock: systemClock, log });
  const madeAdminToken = config.adminToken === null ? await firstAdmin(inside.application.tokens) : null;
  const closing = opened.move();
  return {
    server,
    madeAdminToken,
    async start() {
      outside.sources.start();
      await outside.store.subscribe(new Propagation(outside.view, outside.telemetry, systemClock));
      // The gate is as the ledger has it before the first lookup is answered.
      // Where that fails it goes on trying; meanwhile what runs is watched all the same, and nothing opens.
      await inside.reconciler
        .run()
        .catch((error: unknown) => log.error({ err: error }, 'reconciliation failed at start'));
      await server.listen({ host: config.host, port: config.port });
      inside.scheduler.start();
      inside.background.start();
    },
    async stop() {
      await server.close();
      await inside.scheduler.stop();
      await inside.background.stop();
      await closing.disposeAsync();
    },
  };
}

export type Log = Logger;

/** JSON lines on standard output; what is secret never gets there. */
export function openLog(config: Config): Logger {
  return pino({ level: config.logLevel, base: { environment: config.environment }, redact: REDACTION });
}

type Outside = Awaited<ReturnType<typeof openOutside>>;

/** Everything with a connection, a file or a timer of its own; each closes itself when the stack unwinds. */
async function openOutside(config: Config, log: Logger, opened: AsyncDisposableStack) {
  const telemetry = new PrometheusTelemetry({ environment: config.environment });
  const postgres = await openDatabase(config, log, opened);
  const store = opened.adopt(await openFlagStore(config, log), (store) => store.close());
  const sources = opened.adopt(new MetricSources(config.metricSources.map(sourceOf(config))), (all) => all.close());
  const view = new FlagView({
    monotonicMs,
    staleAfterMs: config.policy.rollbackDeadlineSeconds * 1000,
    hardKilled: (feature) => config.hardKills.has(hardKillVariable(feature)),
  });
  telemetry.watchSnapshotAge(() => view.ageMs() / 1000);
  const directory = new TokenDirectory(postgres.tokens, systemClock, configuredAdmin(config.adminToken));
  const late = new FileLateJournal(join(resolve(config.dataDirectory), 'late-closings'));
  return { telemetry, postgres, store, sources, view, directory, late };
}

async function openDatabase(config: Config, log: Logger, opened: AsyncDisposableStack): Promise<Postgres> {
  const connectionString = config.databaseUrl ?? (await openEmbedded(config, log, opened));
  const postgres = await openPostgres({
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

async function openFlagStore(config: Config, log: Logger): Promise<FlagStore> {
  if (config.redisUrl === null) return new MemoryFlagStore({ monotonicMs });
  const onFault = (fault: object) =>
    log.error(fault, 'a stored flag document can not be read; the last good one serves');
  // 45 modules and 20 MB that an installation without Redis does not need.
  const { RedisFlagStore } = await import('./adapters/redis/flagStore.ts');
  return new RedisFlagStore({ url: config.redisUrl, monotonicMs, onFault });
}

const sourceOf =
  (config: Config) =>
  ({ name, kind, url }: MetricSourceConfig): MetricSource => {
    const http = new BoundedHttp(url);
    if (kind === 'prometheus') return new PrometheusSource(name, http);
    return new ScrapeSource({ name, http, clock: systemClock, intervalSeconds: config.pollIntervalSeconds });
  };

function composeControl(config: Config, log: Logger, outside: Outside) {
  const acts = composeActs(config, outside);
  return {
    application: composeDesks(config, outside, acts),
    scheduler: composeScheduler(log, outside, acts),
    background: composeUpkeep(log, outside, acts),
    reconciler: acts.reconciler,
  };
}

type Acts = ReturnType<typeof composeActs>;

/** What opens and closes, and what it looks at before. */
function composeActs({ environment, policy, metricSources, pollIntervalSeconds }: Config, outside: Outside) {
  const { store, sources, view, telemetry, late } = outside;
  const { ledger, features, contracts, rollouts, installation } = outside.postgres;
  const [clock, chance] = [systemClock, systemChance];
  const sourceKinds = new Map(metricSources.map(({ name, kind }) => [name, kind]));
  const fits = policyFit(policy, sourceKinds);
  const pollIntervalMs = pollIntervalSeconds * 1000;

  const known = new KnownRollouts();
  const shown = new RolloutDisplay(telemetry);
  const audit = new ChainAudit(ledger);
  const contexts = new DecisionContexts({ contracts, rollouts, installation, view, pollIntervalMs });
  const publisher = new Publisher({ store, view, telemetry, environment });
  const preflight = new Preflight({ sources, store, policyFit: fits });
  const killing = new Killing({ ledger, features, rollouts, publisher, view, late, telemetry, shown, clock });
  const closing = new Closing({ ledger, rollouts, features, publisher, killing, late, known, telemetry, shown, clock });
  const lateClosings = new LateClosings({ late, ledger, closing, killing });
  const opening = new RolloutOpening({ ledger, contexts, audit, lateClosings, publisher, shown, clock });
  const drift = new Drift({ ledger, features, rollouts, store, closing, killing, clock, chance, environment });
  const reconciling = { ledger, features, store, publisher, drift, lateClosings, telemetry, clock, environment };
  const reconciler = new Reconciler(reconciling);
  const looking = { known, shown, audit, contexts, preflight, fits, sourceKinds, pollIntervalMs };
  return { ...looking, publisher, killing, closing, lateClosings, opening, reconciler };
}

function composeScheduler(log: Logger, outside: Outside, acts: Acts): Scheduler {
  const { sources, telemetry } = outside;
  const { ledger, rollouts } = outside.postgres;
  const system = { clock: systemClock, chance: systemChance, timer: systemTimer, log };
  const ticker = new Ticker({ ...system, ...acts, ledger, rollouts, sources });
  return new Scheduler(
    { ...system, ...acts, rollouts, ticker, telemetry },
    { concurrency: 200, leaseMs: 20_000, wakeMs: Math.min(1000, acts.pollIntervalMs / 4) },
  );
}

function composeUpkeep(log: Logger, { postgres, directory }: Outside, { reconciler }: Acts): Background {
  const [clock, timer] = [systemClock, systemTimer];
  const delivery = new Delivery({ outbox: postgres.outbox, notifiers: [new LogNotifier(log)], clock, log });
  return new Background(
    [
      { name: 'reconciliation', everyMs: 5_000, run: () => reconciler.run() },
      { name: 'delivery', everyMs: 1_000, run: () => delivery.run() },
      { name: 'tokens', everyMs: 5_000, run: () => directory.refresh() },
      { name: 'forgetting', everyMs: 3_600_000, run: () => forget(postgres, clock.nowMs()) },
    ],
    { timer, log },
  );
}

/** What people and services reach. */
function composeDesks({ environment, policy, dryRun }: Config, outside: Outside, acts: Acts): Application {
  const { store, sources, view, directory } = outside;
  const { ledger, features, contracts, rollouts, installation, tokens, idempotency } = outside.postgres;
  const { publisher, closing, killing, known, opening, preflight, fits, sourceKinds } = acts;
  const [clock, chance] = [systemClock, systemChance];
  const creation = new RolloutCreation({ contracts, features, ledger, clock, chance, dryRunAlways: dryRun });
  const starting = { creation, opening, preflight, policyFit: fits };
  return {
    features: new Features({ features, ledger, publisher, store, view, clock, chance, environment }),
    contracts: new Contracts({ contracts, features, ledger, clock, chance, policy, sources: sourceKinds }),
    rollouts: new Rollouts({ rollouts, features, ledger, clock, ...starting }),
    closings: new Closings({ closing, killing, rollouts, features, known, view, clock, chance }),
    tokens: new Tokens({ register: tokens, directory, clock, chance }),
    installation: new Installation({ ledger, installation, store, publisher, sources, clock, policy, environment }),
    flags: view,
    idempotency,
  };
}

import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { HttpGateHooks } from './adapters/gateHook/httpGateHooks.ts';
import { RollbackNotifier } from './adapters/gateHook/rollbackNotifier.ts';
import { SignedPost } from './adapters/gateHook/signedPost.ts';
import { FileLateJournal } from './adapters/journal/fileLateJournal.ts';
import { LogNotifier } from './adapters/notify/logNotifier.ts';
import { BoundedHttp } from './adapters/outboundHttp/boundedHttp.ts';
import { startEmbeddedPostgres } from './adapters/postgres/embedded/embeddedPostgres.ts';
import { openPostgres, type Postgres } from './adapters/postgres/openPostgres.ts';
import { PrometheusSource } from './adapters/prometheus/source.ts';
import { systemChance } from './adapters/system/systemChance.ts';
import { monotonicMs, systemClock } from './adapters/system/systemClock.ts';
import { systemTimer } from './adapters/system/systemTimer.ts';
import { PrometheusTelemetry } from './adapters/telemetry/prometheusTelemetry.ts';
import { FileViewFile } from './adapters/viewFile/fileViewFile.ts';
import type { Config, MetricSourceConfig } from './config.ts';
import { configuredAdmin } from './control/access/admin.ts';
import { TokenDirectory } from './control/access/tokenDirectory.ts';
import { FlagView } from './control/flags/flagView.ts';
import type { MetricSource } from './control/ports/metricSource.ts';
import { MetricSources } from './control/sight/metricSources.ts';
import { hardKillVariable } from './domain/feature/hardKill.ts';
import { openStore } from './openStore.ts';

const MIGRATIONS = join(import.meta.dirname, '..', 'prisma', 'migrations');

/** Everything with a connection, a file or a timer of its own; each closes itself when the stack unwinds. */
export async function openOutside(config: Config, log: Logger, opened: AsyncDisposableStack) {
  const telemetry = new PrometheusTelemetry({ environment: config.environment });
  const postgres = await openDatabase(config, log, opened);
  const view = new FlagView({
    monotonicMs,
    staleAfterMs: config.policy.rollbackDeadlineSeconds * 1000,
    hardKilled: (feature) => config.hardKills.has(hardKillVariable(feature)),
  });
  telemetry.watchSnapshotAge(() => view.freshness.ageMs() / 1000);
  const shared = await openStore(config.redisUrl, { log, telemetry, view }, opened);
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
    ...shared,
    telemetry,
    sources,
    view,
    viewFile,
    directory,
    late,
    gateHooks,
    notifiers,
  };
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

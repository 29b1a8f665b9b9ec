import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export type PrometheusServer = {
  readonly url: string;
  /** Resolves when the process has ended and its folder is gone. */
  readonly stop: () => Promise<void>;
};
export type PrometheusSetup = {
  /** What is scraped: `host:port`, each at `/metrics`. */
  readonly targets: readonly string[];
  readonly scrapeIntervalMs?: number;
  /** What it has seen before it began: OpenMetrics text with times. */
  readonly past?: string;
};

const INSTALL = 'prometheus is not on the path. Install it with: apt-get install --yes prometheus';

/** A real Prometheus on a free port of 127.0.0.1, with a configuration and a data folder of its own; ready for queries. */
export async function startPrometheus({
  targets,
  scrapeIntervalMs = 500,
  past,
}: PrometheusSetup): Promise<PrometheusServer> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-prometheus-'));
  const configuration = join(folder, 'prometheus.yml');
  await writeFile(configuration, configurationOf(targets, scrapeIntervalMs));
  if (past !== undefined) await backfill(folder, past);
  const options = [`--config.file=${configuration}`, `--storage.tsdb.path=${join(folder, 'data')}`];
  const server = spawn('prometheus', [...options, '--web.listen-address=127.0.0.1:0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(server, 'close').catch(() => undefined);
  const stop = async () => {
    server.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return { url: await readyAt(server), stop };
  } catch (error) {
    await stop();
    throw isMissing(error) ? new Error(INSTALL) : error;
  }
}

async function backfill(folder: string, past: string): Promise<void> {
  const file = join(folder, 'past.txt');
  await writeFile(file, past);
  const tool = ['tsdb', 'create-blocks-from', 'openmetrics', file, join(folder, 'data')];
  await promisify(execFile)('promtool', tool);
}

function configurationOf(targets: readonly string[], scrapeIntervalMs: number): string {
  const interval = `${scrapeIntervalMs}ms`;
  // JSON is YAML.
  return JSON.stringify({
    global: { scrape_interval: interval, scrape_timeout: interval },
    scrape_configs: [{ job_name: 'test', static_configs: [{ targets }] }],
  });
}

/** Reads the log until the server says, in either order, that it is ready and where; goes on draining it. */
function readyAt(server: ChildProcess): Promise<string> {
  let said = '';
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('close', () => reject(new Error(`prometheus did not start: ${said.slice(-2000)}`)));
    server.stderr?.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-20_000);
      const address = /"Listening on".*address=(\S+)\s/.exec(said)?.[1];
      if (address !== undefined && said.includes('Server is ready')) resolve(`http://${address}`);
    });
  });
}

const isMissing = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT';

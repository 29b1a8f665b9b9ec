import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { freePort } from '../../src/demo/process/freePort.ts';
import type { BenchContext } from './bench.ts';
import { METRIC_SOURCE, POLICY } from './proposal.ts';
import { StartedProcess } from './startedProcess.ts';

export const ADMIN_TOKEN = 'bench-administrator-token';

export type SluiceSetting = {
  /** Of its log and its data. */
  readonly name: string;
  readonly prometheusUrl: string;
  readonly pollIntervalSeconds: number;
  /** Left out: its own PostgreSQL. */
  readonly databaseUrl?: string;
  /** Left out: flags in the process. */
  readonly redisUrl?: string;
};

/** The service, begun as `npm start` begins it. Disposal ends it gracefully. */
export type Sluice = AsyncDisposable & { readonly url: string; readonly process: StartedProcess };

const ROOT = join(import.meta.dirname, '..', '..');
const packageJson = z.object({ scripts: z.object({ start: z.string().regex(/^MALLOC_ARENA_MAX=\d+ exec node /) }) });

/** Begins it and does not wait. */
export async function spawnSluice(setting: SluiceSetting, { folder }: BenchContext): Promise<Sluice> {
  const port = await freePort();
  const policyFile = join(folder, 'policy.json');
  await writeFile(policyFile, JSON.stringify(POLICY));
  const { name, databaseUrl, redisUrl } = setting;
  const env = {
    PORT: String(port),
    ENVIRONMENT: 'bench',
    DATA_DIR: join(folder, `${name}-data`),
    ADMIN_TOKEN,
    POLICY_FILE: policyFile,
    POLL_INTERVAL_SECONDS: String(setting.pollIntervalSeconds),
    METRIC_SOURCES: `${METRIC_SOURCE}=prometheus+${setting.prometheusUrl}`,
    ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
    ...(redisUrl !== undefined && { REDIS_URL: redisUrl }),
  };
  const command = await startCommand();
  const process = new StartedProcess({ name, args: command.args, env: { ...env, ...command.env }, logFolder: folder });
  return { url: `http://127.0.0.1:${port}`, process, [Symbol.asyncDispose]: () => process[Symbol.asyncDispose]() };
}

/** Begins it and waits until it serves. */
export async function startSluice(setting: SluiceSetting, context: BenchContext): Promise<Sluice> {
  await using starting = new AsyncDisposableStack();
  const sluice = starting.use(await spawnSluice(setting, context));
  await sluice.process.answering(`${sluice.url}/livez`, context.signal);
  starting.move();
  return sluice;
}

/** What stands before and behind `exec node` in `npm start`: settings and flags are part of what is measured, npm itself is not. */
async function startCommand() {
  const { scripts } = packageJson.parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')));
  const [setting = '', , , ...args] = scripts.start.split(' ');
  const [name = '', value = ''] = setting.split('=');
  return { env: { [name]: value }, args };
}

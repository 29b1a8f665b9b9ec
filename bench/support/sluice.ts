import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../src/demo/process/freePort.ts';
import { untilAnswering } from '../../src/demo/process/untilAnswering.ts';
import type { BenchContext } from './bench.ts';
import { METRIC_SOURCE, POLICY } from './proposal.ts';
import { type StartedProcess, startProcess } from './startedProcess.ts';

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

/** The service as `npm start` runs it. Disposal ends it gracefully. */
export type Sluice = AsyncDisposable & StartedProcess & { readonly url: string };

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
  const started = startProcess({ name, script: 'src/main.ts', env, logFolder: folder });
  return {
    ...started,
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => started.child[Symbol.asyncDispose](),
  };
}

/** Begins it and waits until it serves. */
export async function startSluice(setting: SluiceSetting, context: BenchContext): Promise<Sluice> {
  const sluice = await spawnSluice(setting, context);
  try {
    await untilAnswering(sluice.child, `${sluice.url}/livez`, context.signal);
    return sluice;
  } catch (error) {
    await sluice[Symbol.asyncDispose]();
    throw error;
  }
}

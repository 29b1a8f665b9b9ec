import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { POLICY } from './plan.ts';

/** The name of the shop's metric source. */
export const METRIC_SOURCE = 'shop';

export type SluiceSetting = {
  readonly folder: string;
  readonly dataFolder: string;
  readonly port: number;
  readonly adminToken: string;
  /** `scrape+URL` or `prometheus+URL` */
  readonly metricSource: string;
  /** Left out: Sluice's own PostgreSQL, and flags in the process. */
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
};

/** The environment of the demo's Sluice; its policy file is written into the folder. */
export async function sluiceEnv(setting: SluiceSetting): Promise<Record<string, string>> {
  const { folder, databaseUrl, redisUrl } = setting;
  const policyFile = join(folder, 'policy.json');
  await writeFile(policyFile, JSON.stringify(POLICY, null, 2));
  return {
    PORT: String(setting.port),
    ENVIRONMENT: 'demo',
    DATA_DIR: setting.dataFolder,
    ADMIN_TOKEN: setting.adminToken,
    POLICY_FILE: policyFile,
    POLL_INTERVAL_SECONDS: '1',
    METRIC_SOURCES: `${METRIC_SOURCE}=${setting.metricSource}`,
    ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
    ...(redisUrl !== undefined && { REDIS_URL: redisUrl }),
  };
}

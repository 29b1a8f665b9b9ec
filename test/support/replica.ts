import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { shutDown } from '../../src/adapters/postgres/embedded/shutDown.ts';
import { connectionString } from '../../src/adapters/postgres/embedded/socketFolder.ts';
import { freePort } from '../../src/demo/process/freePort.ts';
import { readinessSchema } from '../../src/http/schemas/installation.ts';
import { eventually } from './eventually.ts';
import { leftBehindIn } from './leftBehind.ts';
import { type Ending, SluiceProcess } from './sluiceProcess.ts';

export const ADMIN_TOKEN = 'the-administrator-of-the-tests';

export type ReplicaSetting = {
  /** As in `METRIC_SOURCES`. */
  readonly metricSources: string;
  /** Left out: its own PostgreSQL, and flags in the process. */
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
  /** 60 unless told. */
  readonly rollbackDeadlineSeconds?: number;
  /** More of the environment, as it is set. */
  readonly environment?: Readonly<Record<string, string>>;
  /** As in `GATE_HOOKS`, with the secret. */
  readonly gateHooks?: { readonly list: string; readonly secret: string };
};

/** Windows of a second, where an installation has hours. */
const POLICY = {
  minObservationWindowHours: 1 / 3600,
  minDwellMinutes: 1 / 60,
  cooldownMinutes: 0,
  pauseAfterWindows: 10_000,
  // What a test has just started has no two days behind it.
  baselineWindowHours: 0,
  approvedBy: ['Olga', 'Paul'],
};

const lookupAnswer = z.object({ variant: z.enum(['on', 'off']) });

/** A Sluice in a folder of its own, that can be ended and started again under the same address. Disposal ends it and looks for what it left behind. */
export class Replica implements AsyncDisposable {
  readonly url: string;
  readonly dataFolder: string;
  readonly #folder: string;
  readonly #env: Readonly<Record<string, string>>;
  #process: SluiceProcess;

  /** Resolves when it answers and has its ledger. */
  static async start(setting: ReplicaSetting): Promise<Replica> {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-replica-'));
    const env = await environmentOf(setting, folder, await freePort());
    const replica = new Replica(folder, env);
    await replica.#process.answers(`${replica.url}/livez`);
    await replica.#hasItsLedger();
    return replica;
  }

  private constructor(folder: string, env: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#env = env;
    this.url = `http://127.0.0.1:${env['PORT']}`;
    this.dataFolder = join(folder, 'data');
    this.#process = new SluiceProcess(env);
  }

  /** Of its own PostgreSQL. */
  get embeddedUrl(): string {
    return connectionString(this.#cluster);
  }

  get said(): string {
    return this.#process.said;
  }

  /** After it has ended. Resolves when it answers and has its ledger. */
  async startAgain(): Promise<void> {
    await this.startAlone();
    await this.#hasItsLedger();
  }

  /** The same where there is no ledger. Resolves when it answers. */
  async startAlone(): Promise<void> {
    this.#process = new SluiceProcess(this.#env);
    await this.#process.answers(`${this.url}/livez`);
  }

  signal(name: 'SIGTERM' | 'SIGKILL'): void {
    this.#process.signal(name);
  }

  ended(): Promise<Ending> {
    return this.#process.ended();
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended();
  }

  /** Of the users, those who meet the feature as members of some groups. */
  async meeting(
    feature: string,
    users: readonly string[],
    token: string,
    groups: readonly string[] = [],
  ): Promise<readonly string[]> {
    const answers = await Promise.all(
      users.map((user) => this.#lookUp(feature, { targetingKey: user, groups }, token)),
    );
    return users.filter((_, index) => answers[index] === 'on');
  }

  async readiness(): Promise<{ readonly status: number } & z.infer<typeof readinessSchema>> {
    const response = await fetch(`${this.url}/readyz`);
    return { status: response.status, ...readinessSchema.parse(await response.json()) };
  }

  /** Of a time series, by its name and labels as in the exposition; 0 where there is none. */
  async metric(series: string): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const line = text.split('\n').find((each) => each.startsWith(`${series} `));
    return line === undefined ? 0 : Number(line.slice(series.length + 1));
  }

  /** Closings that the ledger has not heard of. */
  async lateClosings(): Promise<readonly string[]> {
    return readdir(join(this.dataFolder, 'late-closings')).catch(() => []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#process.hasEnded) this.signal('SIGTERM');
    const ending = await this.ended();
    const found = await leftBehindIn(this.#folder);
    const temporary = await readdir(join(this.#folder, 'tmp'));
    // What a test that failed has left running must not outlive it.
    await shutDown(this.#cluster, () => {});
    await rm(this.#folder, { recursive: true });
    if (ending.signal === 'SIGKILL') return;
    if (ending.code !== 0) throw new Error(`Sluice ended with ${ending.code ?? ending.signal}. It said:\n${this.said}`);
    if (found.length + temporary.length > 0) throw new Error(`Left behind: ${[...found, ...temporary].join(', ')}`);
  }

  /** On a busy machine a database may be slow to answer, and Sluice starts without it. */
  async #hasItsLedger(): Promise<void> {
    await eventually(
      () => this.readiness(),
      ({ dependencies }) => dependencies['ledger']?.ok === true,
    );
  }

  get #cluster(): string {
    return join(this.dataFolder, 'postgres', 'cluster');
  }

  async #lookUp(feature: string, context: object, token: string): Promise<'on' | 'off'> {
    const response = await fetch(`${this.url}/ofrep/v1/evaluate/flags/${feature}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ context }),
    });
    return lookupAnswer.parse(await response.json()).variant;
  }
}

async function environmentOf(setting: ReplicaSetting, folder: string, port: number): Promise<Record<string, string>> {
  const { metricSources, databaseUrl, redisUrl, rollbackDeadlineSeconds = 60, gateHooks } = setting;
  const [policyFile, temporary] = [join(folder, 'policy.json'), join(folder, 'tmp')];
  await writeFile(policyFile, JSON.stringify({ ...POLICY, rollbackDeadlineSeconds }));
  await mkdir(temporary);
  return {
    PORT: String(port),
    TMPDIR: temporary,
    DATA_DIR: join(folder, 'data'),
    ENVIRONMENT: 'test',
    ADMIN_TOKEN,
    POLICY_FILE: policyFile,
    POLL_INTERVAL_SECONDS: '1',
    METRIC_SOURCES: metricSources,
    ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
    ...(redisUrl !== undefined && { REDIS_URL: redisUrl }),
    ...setting.environment,
    ...(gateHooks !== undefined && { GATE_HOOKS: gateHooks.list, GATE_HOOK_SECRET: gateHooks.secret }),
  };
}

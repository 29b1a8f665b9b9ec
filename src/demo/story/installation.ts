import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Child } from '../process/child.ts';
import { freePort } from '../process/freePort.ts';
import { endOrphanedDatabase } from '../process/orphanedDatabase.ts';
import { untilAnswering } from '../process/untilAnswering.ts';
import { type CensusReport, censusReport } from '../shop/censusReport.ts';
import { PAGES } from '../shop/pages.ts';
import { Session } from '../sluice/session.ts';
import { userNames } from '../traffic/users.ts';
import { createFeatures } from './features.ts';
import { introducePeople, type People } from './people.ts';
import { sluiceEnv } from './sluiceEnv.ts';

/** Where the story plays. */
export type InstallationOptions = {
  /** For data, logs and the policy file; it is there, and is somebody else's to remove. */
  readonly folder: string;
  /** What Sluice measures the shop by, once its address is known: `scrape+URL` or `prometheus+URL`. */
  readonly metricSource: (shopUrl: string) => string | Promise<string>;
  /** Left out: Sluice's own PostgreSQL, and flags in the process. */
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
  readonly signal: AbortSignal;
};

/** Sluice, the shop and its users, each a process of its own. Disposal ends them, the last one first. */
export type Installation = AsyncDisposable & {
  readonly sluiceUrl: string;
  readonly shopUrl: string;
  readonly adminToken: string;
  readonly people: People;
  readonly users: readonly string[];
  /** Of each feature, by key. */
  readonly salts: ReadonlyMap<string, string>;
  /** The shop's own books. */
  census(): Promise<CensusReport>;
  /** The last words of processes that ended unasked; empty where all live. */
  obituaries(): Promise<string>;
};

const USERS = 600;

/** @throws Error with the last words of the process that did not come up */
export async function openInstallation(options: InstallationOptions): Promise<Installation> {
  await using starting = new AsyncDisposableStack();
  const children: Child[] = [];
  const start = (name: string, script: string, env: Readonly<Record<string, string>>) => {
    const child = starting.use(new Child({ name, script, env, logFolder: options.folder }));
    children.push(child);
    return child;
  };
  const [sluicePort, shopPort] = [await freePort(), await freePort()];
  const [sluiceUrl, shopUrl] = [`http://127.0.0.1:${sluicePort}`, `http://127.0.0.1:${shopPort}`];
  const adminToken = randomBytes(32).toString('hex');

  const dataFolder = join(options.folder, 'data');
  starting.defer(() => endOrphanedDatabase(dataFolder));
  const { metricSource, signal, ...given } = options;
  const env = await sluiceEnv({
    ...given,
    dataFolder,
    adminToken,
    port: sluicePort,
    metricSource: await metricSource(shopUrl),
  });
  await untilAnswering(start('sluice', 'src/main.ts', env), `${sluiceUrl}/livez`, signal);
  const people = await introducePeople(sluiceUrl, adminToken, signal);
  const salts = await createFeatures(PAGES, new Session(sluiceUrl, people.operator, signal));

  const shopEnv = { PORT: String(shopPort), SLUICE_URL: sluiceUrl, SLUICE_TOKEN: people.shop };
  await untilAnswering(start('shop', 'src/demo/shop/main.ts', shopEnv), `${shopUrl}/livez`, signal);
  const paths = PAGES.map((page) => page.path).join(',');
  start('traffic', 'src/demo/traffic/main.ts', { SHOP_URL: shopUrl, PATHS: paths, USERS: String(USERS) });

  const owned = starting.move();
  return {
    sluiceUrl,
    shopUrl,
    adminToken,
    people,
    users: userNames(USERS),
    salts,
    census: async () => censusReport.parse(await (await fetch(`${shopUrl}/census`, { signal })).json()),
    obituaries: () => obituaries(children),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function obituaries(children: readonly Child[]): Promise<string> {
  const ended = children.filter((child) => child.hasEnded);
  const texts = await Promise.all(ended.map(async (child) => `${child.name} ended:\n${await child.lastWords()}`));
  return texts.join('\n');
}

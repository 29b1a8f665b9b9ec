import { z } from 'zod';
import { readCatalogueFile } from './catalogueFile.ts';
import { readCorsOrigins } from './corsOrigins.ts';
import { dataFolderFault } from './dataFolder.ts';
import type { Catalogue } from './domain/catalogue/catalogue.ts';
import type { Policy } from './domain/contract/policy.ts';
import { type GateHookSettings, readGateHooks } from './gateHookSettings.ts';
import { readPolicyFile } from './policyFile.ts';

/** Where measurements come from: a Prometheus server, or a service's own `/metrics`. */
export type MetricSourceConfig = {
  readonly name: string;
  readonly kind: 'prometheus' | 'scrape';
  /** May hold credentials: never logged. */
  readonly url: string;
};

/** Everything that the environment says, read once. */
export type Config = {
  readonly port: number;
  readonly host: string;
  readonly environment: string;
  /** null: an embedded PostgreSQL under `dataDirectory`. */
  readonly databaseUrl: string | null;
  readonly dataDirectory: string;
  /** null: the in-process flag store. */
  readonly redisUrl: string | null;
  readonly metricSources: readonly MetricSourceConfig[];
  /** null: nobody is asked. */
  readonly gateHooks: GateHookSettings | null;
  /** null: one is made at the first start and printed once. */
  readonly adminToken: string | null;
  /** From the policy file; without one the defaults. */
  readonly policy: Policy;
  /** From the catalogue file; without one it is empty. */
  readonly catalogue: Catalogue;
  readonly pollIntervalSeconds: number;
  /** Per token; null: lookups are not counted. */
  readonly lookupsPerMinute: number | null;
  /** The origins whose pages may look flags up in a browser; `*` stands for all. */
  readonly corsOrigins: readonly string[];
  readonly dryRun: boolean;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** Names of variables `FEATURE_<KEY>_ENABLED` that say `false`. */
  readonly hardKills: ReadonlySet<string>;
};

type ConfigMistake = { readonly variable: string; readonly message: string };

/** A variable that is set to nothing is not set. */
const optional = (schema: z.ZodType<string>) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());
const integer = (least: number, most: number, otherwise: number) =>
  z.preprocess(
    (value) => (value === '' ? undefined : value),
    z.coerce.number().int().min(least).max(most).default(otherwise),
  );
const integerOrNone = (least: number, most: number) =>
  z.preprocess((value) => (value === '' ? undefined : value), z.coerce.number().int().min(least).max(most).optional());
const url = (...protocols: readonly string[]) =>
  z.string().refine((value) => protocols.includes(URL.parse(value)?.protocol ?? ''), {
    message: `must be a URL of ${protocols.join(' or ')}`,
  });

const DATA_FOLDER = './data';
const SOURCE = /^([A-Za-z_][A-Za-z0-9_.-]{0,63})=(prometheus|scrape)\+(https?:\/\/.+)$/;

const schema = z.object({
  PORT: integer(0, 65_535, 8080),
  HOST: optional(z.string().regex(/^[A-Za-z0-9.:_-]{1,253}$/, 'must be an address or a host name')),
  ENVIRONMENT: optional(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be a short name')),
  DATABASE_URL: optional(url('postgres:', 'postgresql:')),
  DATA_DIR: optional(z.string()),
  REDIS_URL: optional(url('redis:', 'rediss:')),
  METRIC_SOURCES: optional(z.string()),
  PROMETHEUS_URL: optional(url('http:', 'https:')),
  ADMIN_TOKEN: optional(z.string().min(16, 'must have at least 16 characters')),
  POLICY_FILE: optional(z.string()),
  CATALOGUE_FILE: optional(z.string()),
  GATE_HOOKS: optional(z.string()),
  GATE_HOOK_SECRET: optional(z.string()),
  GATE_HOOK_TIMEOUT_SECONDS: integer(1, 8, 5),
  POLL_INTERVAL_SECONDS: integer(1, 30, 15),
  LOOKUPS_PER_MINUTE: integerOrNone(1, 1_000_000_000),
  CORS_ORIGINS: optional(z.string()),
  DRY_RUN: z.enum(['true', 'false', '']).default('false'),
  LOG_LEVEL: z.preprocess(
    (value) => (value === '' ? undefined : value),
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  ),
});

/** The names that Sluice reads; `.env.example` is held to this list by a test. */
export const VARIABLES: readonly string[] = Object.keys(schema.shape);

type Environment = Readonly<Record<string, string | undefined>>;

export type ReadConfig =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly mistakes: readonly ConfigMistake[] };

/** Reads the environment and the files that it names; every mistake at once, by the name of its variable and never by its value. */
export async function readConfig(environment: Environment = process.env): Promise<ReadConfig> {
  const parsed = schema.safeParse(environment);
  const unfit = parsed.success ? [] : parsed.error.issues.map(({ path, message }) => mistake(String(path[0]), message));
  const sources = readSources(environment['METRIC_SOURCES'] ?? '', environment['PROMETHEUS_URL'] ?? '');
  const kills = readHardKills(environment);
  const hooks = gateHooksIn(environment, parsed.data?.GATE_HOOK_TIMEOUT_SECONDS);
  const origins = readCorsOrigins(environment['CORS_ORIGINS'] ?? '');
  const policy = await readPolicyFile(environment['POLICY_FILE'] || null);
  const unlawful = policy.ok ? [] : policy.mistakes.map((message) => mistake('POLICY_FILE', message));
  const catalogue = await readCatalogueFile(environment['CATALOGUE_FILE'] || null, kindsOf(sources.sources));
  const unfitting = catalogue.ok ? [] : catalogue.mistakes.map((message) => mistake('CATALOGUE_FILE', message));
  const folder = await dataFolderFault(environment['DATA_DIR'] || DATA_FOLDER);
  const unusable = folder === null ? [] : [mistake('DATA_DIR', folder)];
  const mistakes = [
    ...unfit,
    ...unusable,
    ...sources.mistakes,
    ...hooks.mistakes,
    ...origins.mistakes.map((message) => mistake('CORS_ORIGINS', message)),
    ...kills.mistakes,
    ...unlawful,
    ...unfitting,
  ];
  if (!parsed.success || !policy.ok || !catalogue.ok || mistakes.length > 0) return { ok: false, mistakes };
  const config = configOf(parsed.data, sources.sources, kills.killed, policy.policy);
  const read = { catalogue: catalogue.catalogue, gateHooks: hooks.settings, corsOrigins: origins.origins };
  return { ok: true, config: { ...config, ...read } };
}

function configOf(
  values: z.infer<typeof schema>,
  metricSources: readonly MetricSourceConfig[],
  hardKills: ReadonlySet<string>,
  policy: Policy,
): Omit<Config, 'gateHooks' | 'catalogue' | 'corsOrigins'> {
  return {
    port: values.PORT,
    host: values.HOST ?? '127.0.0.1',
    environment: values.ENVIRONMENT ?? 'production',
    databaseUrl: values.DATABASE_URL ?? null,
    dataDirectory: values.DATA_DIR ?? DATA_FOLDER,
    redisUrl: values.REDIS_URL ?? null,
    metricSources,
    adminToken: values.ADMIN_TOKEN ?? null,
    policy,
    pollIntervalSeconds: values.POLL_INTERVAL_SECONDS,
    lookupsPerMinute: values.LOOKUPS_PER_MINUTE ?? null,
    dryRun: values.DRY_RUN === 'true',
    logLevel: values.LOG_LEVEL,
    hardKills,
  };
}

/** Where another variable is mistaken too, the time is of no interest yet: nothing starts. */
const gateHooksIn = (environment: Environment, timeoutSeconds = 1) =>
  readGateHooks(environment['GATE_HOOKS'] ?? '', environment['GATE_HOOK_SECRET'] ?? '', timeoutSeconds);

const kindsOf = (sources: readonly MetricSourceConfig[]) => new Map(sources.map(({ name, kind }) => [name, kind]));

const mistake = (variable: string, message: string): ConfigMistake => ({ variable, message });

function readSources(list: string, prometheusUrl: string) {
  const entries = list.split(',').map((entry) => entry.trim());
  const read = entries.filter((entry) => entry !== '').map(readSource);
  const named = prometheusUrl === '' ? [] : [{ name: 'prometheus', kind: 'prometheus' as const, url: prometheusUrl }];
  const sources = [...read.filter((source) => source !== null), ...named];
  const repeated = sources.filter((source, index) => sources.findIndex(({ name }) => name === source.name) < index);
  const mistakes = [
    ...read.flatMap((source, index) =>
      source === null
        ? [mistake('METRIC_SOURCES', `entry ${index + 1} must be name=prometheus+URL or name=scrape+URL`)]
        : [],
    ),
    ...[...new Set(repeated.map(({ name }) => name))].map((name) =>
      mistake('METRIC_SOURCES', `the name ${name} is given more than once`),
    ),
  ];
  return { sources, mistakes };
}

function readSource(entry: string): MetricSourceConfig | null {
  const [, name, kind, address] = SOURCE.exec(entry) ?? [];
  if (name === undefined || address === undefined || URL.parse(address) === null) return null;
  return { name, kind: kind === 'scrape' ? 'scrape' : 'prometheus', url: address };
}

function readHardKills(environment: Environment) {
  const switches = Object.entries(environment).filter(([name]) => /^FEATURE_.+_ENABLED$/.test(name));
  const unclear = switches.filter(([, value]) => value !== 'true' && value !== 'false');
  return {
    killed: new Set(switches.filter(([, value]) => value === 'false').map(([name]) => name)),
    mistakes: unclear.map(([name]) => mistake(name, 'must be true or false')),
  };
}

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readConfig, VARIABLES } from '../../src/config.ts';
import { EMPTY_CATALOGUE } from '../../src/domain/catalogue/catalogue.ts';
import { DEFAULT_POLICY } from '../../src/domain/contract/policy.ts';

describe('the configuration', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-config-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const policyFile = async (content: string): Promise<string> => {
    const path = join(folder, 'policy.json');
    await writeFile(path, content);
    return path;
  };

  test('has a sensible default for everything', async () => {
    const read = await readConfig({});
    expect(read).toEqual({
      ok: true,
      config: {
        port: 8080,
        host: '127.0.0.1',
        environment: 'production',
        databaseUrl: null,
        dataDirectory: './data',
        redisUrl: null,
        metricSources: [],
        gateHooks: null,
        adminToken: null,
        policy: DEFAULT_POLICY,
        catalogue: EMPTY_CATALOGUE,
        pollIntervalSeconds: 15,
        lookupsPerMinute: null,
        corsOrigins: [],
        dryRun: false,
        logLevel: 'info',
        hardKills: new Set(),
      },
    });
  });

  test('what nothing could listen at and nothing be kept in is a mistake, by its name', async () => {
    const file = await policyFile('{}');
    const read = await readConfig({ HOST: 'not a host!', DATA_DIR: file });
    expect(read).toMatchObject({ ok: false, mistakes: [{ variable: 'HOST' }, { variable: 'DATA_DIR' }] });
    expect(await readConfig({ DATA_DIR: join(file, 'below') })).toMatchObject({ ok: false });
    expect(await readConfig({ DATA_DIR: join(folder, 'not', 'yet') })).toMatchObject({ ok: true });
  });

  test('a variable that is set to nothing is not set', async () => {
    const empty = Object.fromEntries(VARIABLES.map((name) => [name, '']));
    const read = await readConfig(empty);
    expect(read).toEqual(await readConfig({}));
  });

  test('reads sources of both kinds, addresses with commas in none of them', async () => {
    const read = await readConfig({
      METRIC_SOURCES: 'shop=scrape+http://127.0.0.1:9100/metrics, main=prometheus+https://user:secret@prom.example',
      PROMETHEUS_URL: 'http://127.0.0.1:9090',
    });
    expect(read.ok && read.config.metricSources).toEqual([
      { name: 'shop', kind: 'scrape', url: 'http://127.0.0.1:9100/metrics' },
      { name: 'main', kind: 'prometheus', url: 'https://user:secret@prom.example' },
      { name: 'prometheus', kind: 'prometheus', url: 'http://127.0.0.1:9090' },
    ]);
  });

  test('reports every mistake at once, by name and never by value', async () => {
    const read = await readConfig({
      PORT: '99999',
      ENVIRONMENT: 'no spaces please',
      DATABASE_URL: 'mysql://root:hunter2@db',
      REDIS_URL: 'hunter2',
      METRIC_SOURCES: 'shop=hunter2,a=scrape+http://x,a=scrape+http://y',
      PROMETHEUS_URL: 'ftp://hunter2',
      ADMIN_TOKEN: 'hunter2',
      POLICY_FILE: await policyFile('{"minStages": 0, "surprise": 1}'),
      POLL_INTERVAL_SECONDS: '0',
      LOOKUPS_PER_MINUTE: '0',
      CORS_ORIGINS: 'https://fine.example,hunter2,*',
      DRY_RUN: 'maybe',
      LOG_LEVEL: 'loud',
      FEATURE_CHECKOUT_ENABLED: 'nope',
    });
    expect(read.ok).toBe(false);
    const mistakes = read.ok ? [] : read.mistakes;
    expect(new Set(mistakes.map(({ variable }) => variable))).toEqual(
      new Set([
        ...['PORT', 'ENVIRONMENT', 'DATABASE_URL', 'REDIS_URL', 'METRIC_SOURCES', 'PROMETHEUS_URL', 'ADMIN_TOKEN'],
        ...['POLICY_FILE', 'POLL_INTERVAL_SECONDS', 'DRY_RUN', 'LOG_LEVEL', 'FEATURE_CHECKOUT_ENABLED'],
        ...['LOOKUPS_PER_MINUTE', 'CORS_ORIGINS'],
      ]),
    );
    expect(mistakes.filter(({ variable }) => variable === 'POLICY_FILE')).toHaveLength(2);
    expect(mistakes.filter(({ variable }) => variable === 'METRIC_SOURCES')).toHaveLength(2);
    expect(mistakes.filter(({ variable }) => variable === 'CORS_ORIGINS')).toHaveLength(2);
    expect(JSON.stringify(mistakes)).not.toContain('hunter2');
  });

  test('a policy file keeps the default of what it leaves out', async () => {
    const read = await readConfig({ POLICY_FILE: await policyFile('{"minDwellMinutes": 0.05}') });
    expect(read.ok && read.config.policy).toEqual({ ...DEFAULT_POLICY, minDwellMinutes: 0.05 });
  });

  test('a policy file that is not there or not JSON is a mistake of its variable', async () => {
    const missing = await readConfig({ POLICY_FILE: join(folder, 'nowhere.json') });
    const broken = await readConfig({ POLICY_FILE: await policyFile('{') });
    for (const read of [missing, broken]) {
      expect(read.ok ? [] : read.mistakes.map(({ variable }) => variable)).toEqual(['POLICY_FILE']);
    }
  });

  test('a catalogue file is held to the sources, with every mistake at its place', async () => {
    const sli = { id: 'a', kind: 'gauge', source: 'prometheus', direction: 'lower', metric: 'a' };
    const fine = await policyFile(JSON.stringify({ slis: [sli] }));
    const read = await readConfig({ CATALOGUE_FILE: fine, PROMETHEUS_URL: 'http://127.0.0.1:9090' });
    expect(read.ok && read.config.catalogue.slis).toMatchObject([{ id: 'a', aggregate: 'avg' }]);
    const wrong = await policyFile(JSON.stringify({ slis: [sli, { ...sli, id: 'a' }] }));
    expect(await readConfig({ CATALOGUE_FILE: wrong })).toMatchObject({
      ok: false,
      mistakes: [
        { variable: 'CATALOGUE_FILE', message: expect.stringMatching(/^\$\.slis\[1\]\.id .*SLI_UNIQUE/) },
        { variable: 'CATALOGUE_FILE', message: expect.stringMatching(/^\$\.slis\[0\]\.source .*SOURCE_UNKNOWN/) },
        { variable: 'CATALOGUE_FILE', message: expect.stringMatching(/^\$\.slis\[1\]\.source .*SOURCE_UNKNOWN/) },
      ],
    });
  });

  test('a catalogue file that is not there or not JSON is a mistake of its variable', async () => {
    const missing = await readConfig({ CATALOGUE_FILE: join(folder, 'nowhere.json') });
    const broken = await readConfig({ CATALOGUE_FILE: await policyFile('{') });
    for (const read of [missing, broken]) {
      expect(read).toMatchObject({
        ok: false,
        mistakes: [{ variable: 'CATALOGUE_FILE', message: expect.stringMatching(/^can't be read: /) }],
      });
    }
  });

  test('environment hard kills are those that say false', async () => {
    const read = await readConfig({ FEATURE_A_ENABLED: 'false', FEATURE_B_ENABLED: 'true' });
    expect(read.ok && [...read.config.hardKills]).toEqual(['FEATURE_A_ENABLED']);
  });

  test('.env.example holds every variable, says the default, and is itself a valid configuration', async () => {
    const text = await readFile(new URL('../../.env.example', import.meta.url), 'utf8');
    const settings = text.matchAll(/^([A-Z_]+)=(.*)$/gm);
    const example = Object.fromEntries([...settings].map(([, name, value]) => [name, value]));
    expect(Object.keys(example).toSorted()).toEqual([...VARIABLES].toSorted());
    expect(await readConfig(example)).toEqual(await readConfig({}));
  });
});

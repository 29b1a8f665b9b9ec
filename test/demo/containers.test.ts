import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { PrometheusTelemetry } from '../../src/adapters/telemetry/prometheusTelemetry.ts';
import { parsePolicy } from '../../src/domain/contract/policy.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const text = (file: string) => readFile(join(ROOT, file), 'utf8');
const run = promisify(execFile);

const manifestSchema = z.object({
  devDependencies: z.object({ node: z.string() }),
  scripts: z.object({ start: z.string() }),
});
const manifest = async () => manifestSchema.parse(JSON.parse(await text('package.json')));

describe('the containers', () => {
  test('run the Node that npm brings', async () => {
    const { devDependencies } = await manifest();
    expect(await text('Dockerfile')).toContain(`ARG NODE_VERSION=${devDependencies.node}\n`);
  });

  test('start Sluice as npm start does, and were loaded once under the same flags', async () => {
    const { scripts } = await manifest();
    // By `exec` a signal that npm passes on reaches Sluice, and not the shell between.
    const [, setting = '', startCommand = ''] = /^(\S+) exec (.*)$/.exec(scripts.start) ?? [];
    const dockerfile = await text('Dockerfile');
    expect(dockerfile).toMatch(new RegExp(`^ENV ${setting} `, 'm'));
    expect(JSON.parse(/^CMD (.*)$/m.exec(dockerfile.split('\nFROM ').at(-1) ?? '')?.[1] ?? '').join(' ')).toBe(
      startCommand,
    );
    const flags = startCommand.slice(0, startCommand.indexOf(' --import'));
    expect(dockerfile).toContain(`RUN ${flags} --import ./src/nodeVersionGuard.js`);
  });

  test('of the last stage install nothing of development and do not run as root', async () => {
    const dockerfile = await text('Dockerfile');
    const [, build = ''] = dockerfile.split(' AS build\n');
    expect(build.split('\nFROM ')[0]).toContain('npm ci --omit=dev');
    const last = dockerfile.split('\nFROM ').at(-1) ?? '';
    expect(last).toMatch(/ AS sluice\n.*--from=build.*\nUSER node\n.*HEALTHCHECK/s);
  });

  test('are reached from this machine alone', async () => {
    const published = [...(await text('docker-compose.yml')).matchAll(/^ {6}- "([\d.]+:)?\d+:\d+"$/gm)];
    expect(published.length).toBeGreaterThan(0);
    expect(published.map(([, address]) => address).filter((address) => address !== '127.0.0.1:')).toEqual([]);
  });

  test('have no secret of their own', async () => {
    const secrets = [...(await text('docker-compose.yml')).matchAll(/\w*(?:TOKEN|PASSWORD): (.+)$/gm)].map(
      ([, value]) => value,
    );
    expect(secrets.length).toBeGreaterThan(0);
    expect(secrets.filter((value) => !/^"\$\{\w+(:\?[\w ]+|:-)\}"$/.test(value ?? ''))).toEqual([]);
  });

  test('may be given a policy that Sluice takes', async () => {
    expect(parsePolicy(JSON.parse(await text('docker/minutesPolicy.json')))).toMatchObject({ ok: true });
  });
});

describe('the configuration of Prometheus', () => {
  test('is one, with its rules', async () => {
    const { stdout } = await run('promtool', ['check', 'config', 'docker/prometheus.yml'], { cwd: ROOT });
    expect(stdout).toContain('rules found');
  });

  test('raises the alerts that it should, and no others', async () => {
    await expect(run('promtool', ['test', 'rules', 'docker/alertsTest.yml'], { cwd: ROOT })).resolves.toBeDefined();
  });

  test('speaks of metrics that Sluice has', async () => {
    const telemetry = new PrometheusTelemetry({ environment: 'test' });
    telemetry.watchSnapshotAge(() => 0);
    const { text: exposition } = await telemetry.exposition();
    const known = [...exposition.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    const named = [...(await text('docker/alerts.yml')).matchAll(/\b(?:rollout|flag)_\w+/g)].map(([name]) =>
      name.replace(/_(?:bucket|count|sum)$/, ''),
    );
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });
});

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { documentOf, grantOf } from '../domain/feature/documents.ts';
import { PROJECT_ROOT } from '../tooling/scratchProject.ts';
import { TOKEN, WireServer } from './wireServer.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'provider-package-'));
const consumer = join(folder, 'service');
const installed = join(consumer, 'node_modules/@sluice/openfeature-provider');
const sdk = (name: string) => join(PROJECT_ROOT, 'node_modules/@openfeature', name);

/** The sources as a checkout has them, so that building leaves nothing in this one. */
async function checkout(): Promise<string> {
  const root = join(folder, 'checkout');
  for (const part of ['package.json', 'tsconfig.json', 'src/provider', 'src/domain/feature']) {
    await cp(join(PROJECT_ROOT, part), join(root, part), {
      recursive: true,
      filter: (path) => !path.includes('/dist'),
    });
  }
  await symlink(join(PROJECT_ROOT, 'node_modules'), join(root, 'node_modules'), 'dir');
  return root;
}

beforeAll(async () => {
  const root = await checkout();
  const { stdout } = await run('npm', ['pack', '--silent', '-w', 'src/provider', '--pack-destination', folder], {
    cwd: root,
  });
  await mkdir(consumer);
  await writeFile(join(consumer, 'package.json'), '{ "type": "module" }');
  const packages = [join(folder, stdout.trim()), sdk('server-sdk'), sdk('core')];
  await run('npm', ['install', '--offline', '--install-links', '--no-audit', '--no-fund', ...packages], {
    cwd: consumer,
  });
});

afterAll(() => rm(folder, { recursive: true }));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Packages and built-in modules that any file of the package takes. */
async function outside(): Promise<readonly string[]> {
  const files = (await readdir(installed, { recursive: true })).filter((file) => file.endsWith('.js'));
  const sources = await Promise.all(files.map((file) => readFile(join(installed, file), 'utf8')));
  const taken = sources.flatMap((source) => [...source.matchAll(/(?:from|import)\s*\(?\s*'([^'.][^']*)'/g)]);
  return [...new Set(taken.map(([, specifier]) => specifier ?? ''))].sort();
}

describe('the package, in an empty folder', () => {
  test('holds what is built, a README and a licence, and needs OpenFeature alone', async () => {
    expect((await readdir(installed)).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
    expect(await readdir(join(consumer, 'node_modules'))).toEqual(
      expect.not.arrayContaining(['zod', 'prom-client', 'fastify']),
    );
    const others = (await outside()).filter((specifier) => !specifier.startsWith('node:'));
    expect(others).toEqual(['@openfeature/core']);
  });

  test('evaluates, with the SDK beside it and nothing else, and does not keep its process', async () => {
    await using server = await WireServer.start([documentOf({ grants: [grantOf(100)] })]);
    await writeFile(
      join(consumer, 'main.js'),
      `import { OpenFeature } from '@openfeature/server-sdk';
       import { SluiceProvider } from '@sluice/openfeature-provider';
       import { evaluationCounter } from '@sluice/openfeature-provider/evaluation-counter';
       import { CohortRequests } from '@sluice/openfeature-provider/cohort-requests';
       await OpenFeature.setProviderAndWait(new SluiceProvider({ url: process.argv[2], token: process.argv[3] }));
       const isOn = await OpenFeature.getClient().getBooleanValue('checkout-v2', false, { targetingKey: 'u' });
       console.log(isOn, typeof evaluationCounter, typeof CohortRequests);
       await OpenFeature.close();`,
    );
    const { stdout } = await run(process.execPath, ['main.js', server.url, TOKEN], { cwd: consumer });
    expect(stdout.trim()).toBe('true function function');
    expect(server.acknowledgements.at(-1)).toMatchObject({ leaving: true });
  });

  test('is, by its types, a provider and hooks of the server SDK', async () => {
    await writeFile(
      join(consumer, 'main.ts'),
      `import { OpenFeature, type Provider } from '@openfeature/server-sdk';
       import { CohortRequests } from '@sluice/openfeature-provider/cohort-requests';
       import { evaluationCounter } from '@sluice/openfeature-provider/evaluation-counter';
       import { SluiceProvider } from '@sluice/openfeature-provider';
       import promClient from 'prom-client';
       const provider: Provider = new SluiceProvider({ url: 'http://sluice', token: 'token' });
       const { hook } = new CohortRequests(promClient, { feature: 'checkout-v2' });
       OpenFeature.addHooks(evaluationCounter(promClient, { registry: new promClient.Registry() }), hook);
       void provider;`,
    );
    for (const name of ['prom-client', '@types']) {
      await mkdir(dirname(join(consumer, 'node_modules', name)), { recursive: true });
      await symlink(join(PROJECT_ROOT, 'node_modules', name), join(consumer, 'node_modules', name), 'dir');
    }
    const options = [
      '--noEmit',
      '--strict',
      '--exactOptionalPropertyTypes',
      '--module',
      'nodenext',
      '--target',
      'es2023',
    ];
    const tsc = join(PROJECT_ROOT, 'node_modules/.bin/tsc');
    const checked = run(tsc, [...options, '--types', 'node', '--skipLibCheck', 'main.ts'], { cwd: consumer });
    // What the compiler has to say, it says there, and then fails.
    const { stdout } = await checked.catch((error: { readonly stdout: string }) => error);
    expect(stdout).toBe('');
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ensureInstalled, type Machine } from '../support/installedPrograms.ts';

type Told = { readonly machine: Machine; readonly ran: string[]; readonly said: string[] };

/** A machine whose path is one folder with these programs; its `apt-get` puts there what it is asked to install. */
async function machineWith(programs: readonly string[], more: Partial<Machine> = {}): Promise<Told> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-machine-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const add = (program: string) => writeFile(join(folder, program), '', { mode: 0o755 });
  for (const program of programs) await add(program);
  const [ran, said]: [string[], string[]] = [[], []];
  const run = async (file: string, args: readonly string[]) => {
    ran.push([file, ...args].join(' '));
    if (args[0] !== 'install') return;
    for (const name of ['prometheus', 'redis-server']) if (args.includes(name)) await add(name);
  };
  const machine = { path: `/nowhere:${folder}`, isRoot: true, run, say: (line: string) => said.push(line), ...more };
  return { machine, ran, said };
}

const BY_HAND = /apt-get update && apt-get install --yes --no-install-recommends redis-server prometheus/;

describe('what the tests need beside Node', () => {
  test('is left alone where it is there, whoever runs the tests', async () => {
    const { machine, ran, said } = await machineWith(['redis-server', 'prometheus'], { isRoot: false });
    await ensureInstalled(machine);
    expect([ran, said]).toEqual([[], []]);
  });

  test('is installed by root on Debian, all of it at once, and said so', async () => {
    const { machine, ran, said } = await machineWith(['apt-get']);
    await ensureInstalled(machine);
    expect(ran).toEqual([
      'apt-get update',
      expect.stringMatching(/^apt-get install --yes --no-install-recommends .*redis-server prometheus$/),
    ]);
    expect(said).toEqual([expect.stringContaining('redis-server, prometheus')]);
  });

  test('is installed where only a part of it is missing, and that part alone', async () => {
    const { machine, ran } = await machineWith(['apt-get', 'redis-server']);
    await ensureInstalled(machine);
    expect(ran[1]).toMatch(/ prometheus$/);
    expect(ran[1]).not.toContain('redis-server');
  });

  test('stops an ordinary account with the one command to run', async () => {
    const { machine, ran } = await machineWith(['apt-get'], { isRoot: false });
    await expect(ensureInstalled(machine)).rejects.toThrow(BY_HAND);
    await expect(ensureInstalled(machine)).rejects.toThrow(/sudo sh -c/);
    expect(ran).toEqual([]);
  });

  test('stops root with the same command where there is no apt, or it fails, or it did not help', async () => {
    const elsewhere = await machineWith([]);
    await expect(ensureInstalled(elsewhere.machine)).rejects.toThrow(BY_HAND);
    const failing = await machineWith(['apt-get'], { run: () => Promise.reject(new Error('no network')) });
    const failure = await ensureInstalled(failing.machine).catch((error: unknown) => error);
    expect(failure).toMatchObject({ message: expect.stringMatching(BY_HAND), cause: { message: 'no network' } });
    const useless = await machineWith(['apt-get'], { run: async () => undefined });
    await expect(ensureInstalled(useless.machine)).rejects.toThrow(BY_HAND);
  });
});

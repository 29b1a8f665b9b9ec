import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../src/demo/process/freePort.ts';
import { shellBlocks } from './shellBlocks.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const STARTS_WITHIN_MS = 60_000;
const ENDS_WITHIN_MS = 120_000;

/** Runs bash in the project, in a group of its own, and gathers what it says. */
function bash(script: string, env: Readonly<Record<string, string>>) {
  const child = spawn('bash', ['-c', script], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const said: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  return { child, said: () => said.join(''), closed: once(child, 'close') };
}

/** As by Ctrl-C. npm alone, asked to end, ends the shell below it and leaves Sluice behind. */
function interrupt({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGINT');
}

test('the first rollout of the README goes to everyone, line by line', { timeout: 240_000 }, async () => {
  const port = await freePort();
  const blocks = shellBlocks(await readFile(join(ROOT, 'README.md'), 'utf8'), 'A first rollout');
  const scriptOf = (isService: boolean) => {
    const texts = blocks.filter((block) => block.isService === isService).map((block) => block.text);
    return texts.join('\n').replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`);
  };
  const dataDirectory = await mkdtemp(join(tmpdir(), 'sluice-readme-'));
  onTestFinished(() => rm(dataDirectory, { recursive: true, force: true }));

  const service = bash(scriptOf(true), { PORT: String(port), DATA_DIR: dataDirectory });
  onTestFinished(async () => {
    interrupt(service.child);
    await service.closed;
  });
  await untilReady(`http://127.0.0.1:${port}/readyz`, service);

  const reader = bash(`set -euo pipefail\n${scriptOf(false)}`, {});
  const tooLong = setTimeout(() => interrupt(reader.child), ENDS_WITHIN_MS);
  const [code] = await reader.closed;
  clearTimeout(tooLong);
  expect(code, reader.said()).toBe(0);
  const lines = reader.said().trimEnd().split('\n');
  expect(lines.slice(-3)).toEqual(['on', 'true', 'off']);
  expect(lines.at(-4)).toMatch(/^created, .*started, .*ramped, .*stageApproved, .*advanced, .*completed$/);
});

async function untilReady(url: string, { child, said }: ReturnType<typeof bash>): Promise<void> {
  const deadlineMs = Date.now() + STARTS_WITHIN_MS;
  while (Date.now() < deadlineMs && child.exitCode === null) {
    const isReady = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) return;
    await sleep(100);
  }
  throw new Error(`Sluice did not get ready. It said:\n${said()}`);
}

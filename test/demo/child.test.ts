import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Child } from '../../src/demo/process/child.ts';
import { freePort } from '../../src/demo/process/freePort.ts';
import { endOrphanedDatabase } from '../../src/demo/process/orphanedDatabase.ts';
import { scratchFolder } from '../../src/demo/process/scratchFolder.ts';
import { untilAnswering } from '../../src/demo/process/untilAnswering.ts';

async function childOf(source: string, env: Record<string, string> = {}): Promise<Child> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-child-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const script = join(folder, 'child.ts');
  await writeFile(script, source);
  return new Child({ name: 'child', script, env, logFolder: folder });
}

const SERVER = `
  import { createServer } from 'node:http';
  createServer((_, response) => response.end(process.env['DATABASE_URL'] ?? 'none')).listen(Number(process.env['PORT']));
`;

describe('a process of the demo', () => {
  test('is waited for, and has gone when its disposal resolves', async () => {
    const port = await freePort();
    const child = await childOf(SERVER, { PORT: String(port) });
    await untilAnswering(child, `http://127.0.0.1:${port}/`, AbortSignal.timeout(20_000));
    expect(child.hasEnded).toBe(false);
    await child[Symbol.asyncDispose]();
    expect(child.hasEnded).toBe(true);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  });

  test('knows nothing of the settings around the demo', async () => {
    process.env['DATABASE_URL'] = 'postgresql://somebody-elses';
    onTestFinished(() => {
      delete process.env['DATABASE_URL'];
    });
    const port = await freePort();
    await using child = await childOf(SERVER, { PORT: String(port) });
    await untilAnswering(child, `http://127.0.0.1:${port}/`, AbortSignal.timeout(20_000));
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('none');
  });

  test('that ends instead of coming up is told of, with its last words', async () => {
    await using child = await childOf("throw new Error('no room at the inn');");
    const waiting = untilAnswering(child, 'http://127.0.0.1:1/', AbortSignal.timeout(20_000));
    await expect(waiting).rejects.toThrow(/child did not come up.*no room at the inn/s);
  });

  test('is not waited for once the story is interrupted', async () => {
    const interrupted = new AbortController();
    await using child = await childOf('setInterval(() => {}, 1000);');
    const waiting = untilAnswering(child, 'http://127.0.0.1:1/', interrupted.signal);
    interrupted.abort(new Error('Interrupted.'));
    await expect(waiting).rejects.toThrow('Interrupted.');
  });
});

describe('a database that its Sluice left running', () => {
  test('is ended', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-orphan-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await mkdir(join(folder, 'postgres', 'cluster'), { recursive: true });
    const database = spawn('sleep', ['600'], { stdio: 'ignore' });
    const ended = once(database, 'close');
    await writeFile(join(folder, 'postgres', 'cluster', 'postmaster.pid'), `${database.pid}\n${folder}\n`);
    await endOrphanedDatabase(folder);
    expect((await ended)[1]).toBe('SIGINT');
  });

  test('is not looked for where it ended by itself', async () => {
    await expect(endOrphanedDatabase(join(tmpdir(), 'sluice-no-such-folder'))).resolves.toBeUndefined();
  });
});

describe('the scratch folder', () => {
  test('goes with its run', async () => {
    const folder = await scratchFolder(false);
    await writeFile(join(folder.path, 'file'), '');
    await folder[Symbol.asyncDispose]();
    await expect(stat(folder.path)).rejects.toThrow('ENOENT');
  });

  test('stays where it is to be kept', async () => {
    const folder = await scratchFolder(true);
    onTestFinished(() => rm(folder.path, { recursive: true }));
    await folder[Symbol.asyncDispose]();
    expect((await stat(folder.path)).isDirectory()).toBe(true);
  });
});

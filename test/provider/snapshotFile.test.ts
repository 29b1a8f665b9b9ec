import { mkdtempSync, rmSync } from 'node:fs';
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ServerProviderStatus } from '@openfeature/core';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SnapshotFile } from '../../src/provider/snapshotFile.ts';
import { documentOf, grantOf } from '../domain/feature/documents.ts';
import { eventually } from '../support/eventually.ts';
import { provided } from './providerUnderTest.ts';
import { WireServer } from './wireServer.ts';

const URL = 'http://sluice';
const KEPT = { text: '{"flags":["ä"]}', tag: 'tag-1', savedAtMs: Date.parse('2026-11-20T12:00:00Z') };
const USER = { targetingKey: 'user-1' };
const LIVE = { rolloutId: 'r-1', stage: 'canary', whenStale: 'close', grant: 0 } as const;

function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'provider-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function written() {
  const folder = scratchFolder();
  const path = join(folder, 'flags');
  const file = new SnapshotFile(path, URL);
  await file.write(KEPT);
  return { folder, path, file };
}

describe('the snapshot on disk', () => {
  test('gives back what was written, for its owner alone, and leaves nothing beside', async () => {
    const { folder, path, file } = await written();
    expect(await file.read()).toEqual({ kind: 'snapshot', ...KEPT });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await chmod(path, 0o644);
    await file.write({ ...KEPT, tag: 'tag-2' });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await file.read()).toMatchObject({ tag: 'tag-2' });
    expect(await readdir(folder)).toEqual(['flags']);
  });

  test('half written or with any byte changed, it is refused', async () => {
    const { path, file } = await written();
    const whole = await readFile(path);
    const at = fc.integer({ min: 0, max: whole.length - 1 });
    await fc.assert(
      fc.asyncProperty(at, fc.integer({ min: 1, max: 255 }), fc.boolean(), async (place, flip, isCut) => {
        const damaged = Buffer.from(isCut ? whole.subarray(0, place) : whole);
        if (!isCut) damaged[place] = (damaged[place] ?? 0) ^ flip;
        await writeFile(path, damaged);
        expect((await file.read()).kind).toBe('refused');
      }),
      { numRuns: 300 },
    );
  });

  test('of another Sluice it is refused; where there is none, there is none', async () => {
    const { folder, path } = await written();
    expect(await new SnapshotFile(path, 'http://another').read()).toMatchObject({ kind: 'refused' });
    expect(await new SnapshotFile(join(folder, 'nothing'), URL).read()).toEqual({ kind: 'absent' });
    expect(await new SnapshotFile(folder, URL).read()).toMatchObject({ kind: 'refused' });
  });
});

describe('a start while Sluice is away', () => {
  const documents = [
    documentOf({ grants: [grantOf(100)], live: LIVE, version: 3 }),
    documentOf({ feature: 'done', grants: [grantOf(100)] }),
  ];

  /** A file that an earlier process has left, and the Sluice that is away now. */
  async function left(server: WireServer) {
    const cacheFile = join(scratchFolder(), 'flags');
    const earlier = await provided(server, { cacheFile });
    await earlier.initialized;
    await earlier.provider.onClose();
    await server.goAway();
    return cacheFile;
  }

  test('serves what is on disk, closed where a rollout is live, and is mended', async () => {
    await using server = await WireServer.start(documents);
    const cacheFile = await left(server);
    const { client, events, initialized, logger } = await provided(server, { cacheFile });
    await initialized;
    await eventually(
      async () => client.providerStatus,
      (status) => status === ServerProviderStatus.STALE,
    );
    expect(await client.getBooleanValue('done', false, USER)).toBe(true);
    expect(await client.getBooleanDetails('checkout-v2', true, USER)).toMatchObject({ value: false, variant: 'off' });
    expect(logger.lines.some((line) => line.includes('serving what was kept at 20'))).toBe(true);
    await server.listen();
    await eventually(
      async () => client.providerStatus,
      (status) => status === ServerProviderStatus.READY,
    );
    expect(await client.getBooleanValue('checkout-v2', false, USER)).toBe(true);
    expect(events[0]).toBe('PROVIDER_CONFIGURATION_CHANGED');
  });

  test('says at once that it may not be up to date, also where nobody refuses to answer', async () => {
    await using server = await WireServer.start(documents);
    const cacheFile = await left(server);
    server.isDumb = true;
    await server.listen();
    const { client, initialized } = await provided(server, { cacheFile, timeoutMilliseconds: 100 });
    await initialized;
    const asked = server.requests.length;
    expect(client.providerStatus).toBe(ServerProviderStatus.READY);
    await nextTurn();
    await nextTurn();
    expect(client.providerStatus).toBe(ServerProviderStatus.STALE);
    expect(server.requests.length).toBeLessThanOrEqual(asked + 1);
  });

  test('refuses a file that somebody has changed, and says so', async () => {
    await using server = await WireServer.start(documents);
    const cacheFile = await left(server);
    await writeFile(cacheFile, (await readFile(cacheFile, 'utf8')).replace('"threshold":100000', '"threshold":100001'));
    const { client, initialized, logger } = await provided(server, { cacheFile });
    await expect(initialized).rejects.toThrow();
    expect(client.providerStatus).toBe(ServerProviderStatus.ERROR);
    expect(logger.lines.filter((line) => line.includes('the snapshot on disk is refused'))).toHaveLength(1);
  });

  test('keeps on disk what has changed since', async () => {
    await using server = await WireServer.start(documents);
    const cacheFile = join(scratchFolder(), 'flags');
    const { initialized } = await provided(server, { cacheFile });
    await initialized;
    await eventually(
      async () => server.streams,
      (streams) => streams === 1,
    );
    server.archive('done');
    const read = () => new SnapshotFile(cacheFile, server.url).read();
    await eventually(
      read,
      (file) => file.kind === 'snapshot' && file.tag === server.tag && !file.text.includes('done'),
    );
  });

  test('a disk that can not be written to costs no answer, and is said once', async () => {
    await using server = await WireServer.start(documents);
    const { client, initialized, logger } = await provided(server, {
      cacheFile: join(scratchFolder(), 'no', 'folder'),
    });
    await initialized;
    await eventually(
      async () => logger.lines,
      (lines) => lines.some((line) => line.includes('keeping the snapshot on disk')),
    );
    expect(await client.getBooleanValue('done', false, USER)).toBe(true);
  });
});

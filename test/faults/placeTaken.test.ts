import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeDatabase } from '../support/postgres.ts';
import { SluiceProcess } from '../support/sluiceProcess.ts';

test('a port that somebody else listens at is a mistake of the configuration, said in a line', async () => {
  const database = await makeDatabase();
  onTestFinished(database.drop);
  const folder = await mkdtemp(join(tmpdir(), 'sluice-port-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const address = other.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port was given');
  const setting = { PORT: String(address.port), TMPDIR: folder, DATA_DIR: join(folder, 'data') };
  const sluice = new SluiceProcess({ ...setting, DATABASE_URL: database.url });
  expect(await sluice.ended()).toEqual({ code: 1, signal: null });
  expect(sluice.said).toContain(`HOST, PORT: listen EADDRINUSE: address already in use 127.0.0.1:${address.port}`);
  expect(sluice.said).not.toMatch(/\n +at /);
});

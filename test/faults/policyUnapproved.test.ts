import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../src/demo/process/freePort.ts';
import { makeDatabase } from '../support/postgres.ts';
import { SluiceProcess } from '../support/sluiceProcess.ts';

test('SLU-POLICY: a changed policy without its two names keeps Sluice from starting, says so, and changes nothing', async () => {
  const database = await makeDatabase();
  onTestFinished(database.drop);
  const folder = await mkdtemp(join(tmpdir(), 'sluice-policy-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const policyFile = join(folder, 'policy.json');
  await writeFile(policyFile, '{"minStages": 1}');
  const setting = { PORT: String(await freePort()), TMPDIR: folder, DATA_DIR: join(folder, 'data') };
  const sluice = new SluiceProcess({ ...setting, DATABASE_URL: database.url, POLICY_FILE: policyFile });
  expect(await sluice.ended()).toEqual({ code: 1, signal: null });
  expect(sluice.said).toContain('POLICY_FILE: the policy is not the recorded one, and `approvedBy` does not name');
  expect(sluice.said).not.toContain('ADMIN_TOKEN (shown this once)');
  expect(await database.sql('SELECT FROM entries')).toEqual([]);
  expect(await database.sql('SELECT FROM tokens')).toEqual([]);
});

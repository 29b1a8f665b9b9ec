import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installationExport, releaseExport } from '../support/exportedLedger.ts';
import { tampered } from '../support/tamperedLedger.ts';
import { PROJECT_ROOT } from '../tooling/scratchProject.ts';

const CHECKER = join(PROJECT_ROOT, 'docs', 'check_ledger.py');

/** Tens of thousands of ledgers, on a machine that may be busy. */
const LONG_MS = 180_000;

/** Every byte of each file changed, one after the other, in one process: prints those changes that nobody noticed. */
const EVERY_BYTE = `
import io, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import check_ledger
fault = check_ledger.fault
if sys.argv[2] == "broken":
    check_ledger.sealed = lambda *_: True
for name, masks in zip(sys.argv[3::2], sys.argv[4::2]):
    good = open(name, "rb").read()
    tried = 0
    for at in range(len(good)):
        for mask in masks.split(","):
            tried += 1
            if fault(io.BytesIO(good[:at] + bytes([good[at] ^ int(mask)]) + good[at + 1:])) is None:
                print("not noticed:", name, at, mask)
    print("tried", tried, "on", len(good), "bytes")
`;

/** A machine without Python fails here: the checker is part of what is promised. */
function python(...args: readonly string[]) {
  const run = spawnSync('python3', args, { encoding: 'utf8' });
  if (run.error !== undefined) throw new Error(`python3 is needed for this test: ${run.error.message}`);
  return { code: run.status, said: run.stdout.trimEnd().split('\n'), complaint: run.stderr };
}

describe('docs/check_ledger.py, which shares nothing with Sluice', () => {
  let folder: string;
  let release: string;
  let small: string;
  const inFolder = (name: string) => join(folder, name);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-check-'));
    [release, small] = [await releaseExport(), await installationExport()];
    await writeFile(inFolder('release'), release);
    await writeFile(inFolder('small'), small);
    for (const [name, tamper] of tampered) await writeFile(inFolder(name), tamper(release));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('is short, and takes Python alone', async () => {
    const text = await readFile(CHECKER, 'utf8');
    expect(text.trimEnd().split('\n').length).toBeLessThan(60);
    expect([...text.matchAll(/^(?:import|from) (\w+)/gm)].map(([, name]) => name)).toEqual(['hashlib', 'json', 'sys']);
  });

  test('SLU-CHAIN: holds what Sluice exported to be whole', () => {
    const { code, said, complaint } = python(CHECKER, inFolder('release'), inFolder('small'));
    expect({ code, said, complaint }).toEqual({
      code: 0,
      said: [`${inFolder('release')}: holds`, `${inFolder('small')}: holds`],
      complaint: '',
    });
  });

  test('SLU-CHAIN: names the first wrong entry of each tampered one', () => {
    const { code, said, complaint } = python(CHECKER, ...tampered.map(([name]) => inFolder(name)));
    expect({ code, complaint }).toEqual({ code: 1, complaint: '' });
    const named = said.map((line) => Number(/\(line (\d+)\)/.exec(line)?.[1]));
    expect(tampered.map(([name], index) => [name, named[index]])).toEqual(
      tampered.map(([name, , line]) => [name, line]),
    );
  });

  test(
    'SLU-CHAIN: notices any one byte that is changed',
    () => {
      const masks = [inFolder('small'), '1,32,128', inFolder('release'), '1'];
      const { said, complaint } = python('-c', EVERY_BYTE, join(PROJECT_ROOT, 'docs'), 'whole', ...masks);
      const [bytes, releaseBytes] = [Buffer.byteLength(small), Buffer.byteLength(release)];
      expect({ said, complaint }).toEqual({
        said: [`tried ${bytes * 3} on ${bytes} bytes`, `tried ${releaseBytes} on ${releaseBytes} bytes`],
        complaint: '',
      });
    },
    LONG_MS,
  );

  test('a checker that believes every hash is found out by the same changes', () => {
    const { said } = python('-c', EVERY_BYTE, join(PROJECT_ROOT, 'docs'), 'broken', inFolder('small'), '1');
    expect(said.filter((line) => line.startsWith('not noticed')).length).toBeGreaterThan(100);
  });

  test('says so of a file without anything, and of none', async () => {
    await writeFile(inFolder('empty'), '');
    expect(python(CHECKER, inFolder('empty'))).toMatchObject({
      code: 1,
      said: [expect.stringContaining('the header (line 1): it is not there')],
    });
    expect(python(CHECKER).code).toBe(1);
  });
});

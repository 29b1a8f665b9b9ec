import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileViewFile } from '../../src/adapters/viewFile/fileViewFile.ts';
import { type KeptView, ViewFileRefused } from '../../src/control/ports/viewFile.ts';
import { UNTOUCHED } from '../../src/domain/feature/handFields.ts';
import { documentOf, grantOf } from '../domain/feature/documents.ts';

const AS_OF_MS = Date.parse('2026-11-20T12:00:00.000Z');
const KEPT: KeptView = {
  asOfMs: AS_OF_MS,
  flags: Array.from({ length: 450 }, (_, index) => ({
    document: documentOf({ feature: `f-${index}`, grants: [grantOf(25)], variants: { on: { text: 'ä\n"' }, off: {} } }),
    edits: { ...UNTOUCHED, rolloutPercent: 3, paused: true },
    editsAt: 3,
  })),
  archived: [{ feature: 'gone', version: 7 }],
  tokens: [
    {
      tokenId: 't',
      hash: 'ab',
      subject: 'shop',
      roles: ['service'],
      features: null,
      createdAtMs: 1,
      expiresAtMs: null,
    },
  ],
};

describe('the file with the last known state', () => {
  let folder: string;
  let path: string;
  let file: FileViewFile;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-view-'));
    path = join(folder, 'data', 'flags.jsonl');
    file = new FileViewFile(path, 'test');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const refusal = async (text: string, environment = 'test') => {
    await writeFile(path, text);
    const refused = new FileViewFile(path, environment).read();
    await expect(refused).rejects.toThrow(ViewFileRefused);
    return refused.catch((error: Error) => error.message);
  };

  test('gives back what was written, in place of what was there, for its owner alone', async () => {
    expect(await file.read()).toBeNull();
    await file.write({ ...KEPT, flags: [] });
    await file.write(KEPT);
    expect(await file.read()).toEqual(KEPT);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, 'data'))).toEqual(['flags.jsonl']);
  });

  test('is refused, with the reason, where it is not what was written or not for this Sluice', async () => {
    await file.write(KEPT);
    const text = await readFile(path, 'utf8');
    expect(await refusal('')).toBe('it is half written');
    expect(await refusal('{}')).toBe('it is half written');
    expect(await refusal(text.slice(0, text.length / 2))).toBe('it is half written');
    expect(await refusal(text.replace('25000', '95000'))).toBe('it is damaged');
    expect(await refusal(text.replace('"schema":1', '"schema":2'))).toBe('its schema 2 is newer');
    expect(await refusal(text, 'production')).toBe('it is of the environment test');
  });

  test('cut off anywhere, or with any byte changed, is refused as a whole', async () => {
    await file.write({ ...KEPT, flags: KEPT.flags.slice(0, 2) });
    const text = await readFile(path, 'latin1');
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 2), fc.integer({ min: 1, max: 255 }), async (place, more) => {
        const other = String.fromCharCode((text.charCodeAt(place) + more) % 256);
        for (const broken of [text.slice(0, place), text.slice(0, place) + other + text.slice(place + 1)]) {
          await writeFile(path, broken, 'latin1');
          await expect(file.read()).rejects.toThrow(ViewFileRefused);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('half a writing leaves the old one as it was', async () => {
    await file.write(KEPT);
    await mkdir(`${path}.${process.pid}.new`);
    await expect(file.write({ ...KEPT, flags: [] })).rejects.toThrow('EISDIR');
    expect(await file.read()).toEqual(KEPT);
  });
});

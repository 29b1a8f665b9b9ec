import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PROJECT_ROOT } from './scratchProject.ts';

const GENERATED = ['src/adapters/postgres/generated/', 'src/provider/dist/'];
const README_LINES = 15;
const VAGUE = /^(utils?|helpers?|types?|index|common|misc)\.[jt]s$/i;
/** Assembled, so that this file does not hold what it looks for. */
const SUPPRESSION = new RegExp(['biome-', '@ts-'].map((start) => `${start}(ignore|expect-error|nocheck)`).join('|'));
/** The folders of src whose imports biome.json governs. A new one needs its rule there, then its name here. */
const GOVERNED = ['adapters', 'cli', 'control', 'demo', 'domain', 'http', 'provider'];
/** Published by itself: its README speaks to those who install it, and is as long as they need. */
const PACKAGE = 'src/provider';

describe('the layout of the house', async () => {
  const files = (await Promise.all(['src', 'test', 'bench', 'openapi'].map(filesBelow))).flat();
  const sources = files.filter((file) => file.startsWith('src/'));
  const folders = [...new Set(sources.flatMap(foldersOf))].sort();

  test('src holds the folders whose imports are governed, and no other', () => {
    const layers = folders.filter((folder) => dirname(folder) === 'src').map((folder) => basename(folder));
    expect(layers.filter((layer) => !GOVERNED.includes(layer))).toEqual([]);
  });

  test.for(folders.filter((folder) => folder !== PACKAGE))(
    '%s opens with a README of at most 15 lines',
    async (folder) => {
      const readme = await readFile(join(PROJECT_ROOT, folder, 'README.md'), 'utf8');
      expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(README_LINES);
    },
  );

  test('every file is named after its one concept', () => {
    expect(files.filter((file) => VAGUE.test(basename(file)))).toEqual([]);
  });

  test('src is TypeScript, since the rules of imports are written for it', () => {
    const others = sources.filter((file) => !/\.(ts|json|md)$|\/LICENSE$/.test(file));
    // These three run on a Node that is too old for anything else, and send it away or start another.
    expect(others.sort()).toEqual(['src/cli/sluice.js', 'src/nodeVersion.js', 'src/nodeVersionGuard.js']);
  });

  test('no check is silenced at the line', async () => {
    const code = files.filter((file) => /\.[jt]s$/.test(file));
    const texts = await Promise.all(code.map((file) => readFile(join(PROJECT_ROOT, file), 'utf8')));
    expect(code.filter((_, index) => SUPPRESSION.test(texts[index] ?? ''))).toEqual([]);
  });
});

/** The files below a folder of the project, as paths from its root; none if there is no such folder. */
async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(PROJECT_ROOT, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(PROJECT_ROOT, join(entry.parentPath, entry.name)))
    .filter((file) => GENERATED.every((folder) => !file.startsWith(folder)));
}

/** src/domain/rollout/state.ts lies in src/domain/rollout and in src/domain. */
function foldersOf(file: string): readonly string[] {
  const parts = file.split('/').slice(0, -1);
  return parts.slice(1).map((_, index) => parts.slice(0, index + 2).join('/'));
}

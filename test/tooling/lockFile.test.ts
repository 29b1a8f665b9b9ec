import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { PROJECT_ROOT } from './scratchProject.ts';

const Versions = z.record(z.string(), z.string()).default({});
const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      dependencies: Versions,
      optionalDependencies: Versions,
      resolved: z.string().optional(),
      /** Of this repository's own, and no download. */
      link: z.boolean().default(false),
    }),
  ),
});
const Manifest = z.object({
  dependencies: Versions,
  devDependencies: Versions,
  optionalDependencies: Versions,
  overrides: Versions,
});

describe('the lock file', async () => {
  const text = await readFile(join(PROJECT_ROOT, 'package-lock.json'), 'utf8');
  const { packages } = Lock.parse(JSON.parse(text));

  test('names no registry', () => {
    const downloaded = Object.values(packages).filter(({ link }) => !link);
    expect(downloaded.flatMap((entry) => entry.resolved ?? [])).toEqual([]);
    expect(text).not.toContain('://registry');
  });

  // A platform's package that was missing when the lock was written makes `npm ci` fail there, or run without its binary.
  test('holds every platform of every package', () => {
    const missing = Object.entries(packages).flatMap(([path, entry]) =>
      Object.keys(entry.optionalDependencies)
        .filter((name) => !ancestors(path).some((folder) => `${folder}node_modules/${name}` in packages))
        .map((name) => `${path} → ${name}`),
    );
    expect(missing).toEqual([]);
  });

  test('every version in package.json is exact', async () => {
    const manifest = Manifest.parse(JSON.parse(await readFile(join(PROJECT_ROOT, 'package.json'), 'utf8')));
    const ranges = Object.values(manifest).flatMap((group) =>
      Object.entries(group).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)),
    );
    expect(ranges).toEqual([]);
  });
});

/** The folders whose node_modules a package at this path of the lock can see, its own first. */
function ancestors(path: string): readonly string[] {
  const parts = path === '' ? [] : path.split('/node_modules/');
  const own = parts.map((_, index) => `${parts.slice(0, index + 1).join('/node_modules/')}/`);
  return ['', ...own].reverse();
}

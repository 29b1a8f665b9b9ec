import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The root of the real project. */
export const PROJECT_ROOT = join(import.meta.dirname, '..', '..');

const CONFIGURATION = ['biome.json', 'knip.jsonc', 'package.json', 'tsconfig.json', 'tooling'];

/** What a program said, and its exit code. */
type Outcome = { readonly code: number; readonly output: string };

/** A folder with the project's own configuration and only the files a test puts there. */
export type ScratchProject = AsyncDisposable & {
  readonly folder: string;
  /** Runs a program of node_modules/.bin in the folder. */
  run(program: string, ...args: readonly string[]): Promise<Outcome>;
};

/** Lays a scratch project; `files` maps paths to contents. The caller disposes of it. */
export async function scratchProject(files: Readonly<Record<string, string>>): Promise<ScratchProject> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-tooling-'));
  for (const name of CONFIGURATION) await cp(join(PROJECT_ROOT, name), join(folder, name), { recursive: true });
  await symlink(join(PROJECT_ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return {
    folder,
    run: (program, ...args) => runProgram(folder, program, args),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

function runProgram(folder: string, program: string, args: readonly string[]): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const file = join(PROJECT_ROOT, 'node_modules', '.bin', program);
  const child = execFile(file, args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 }, (_error, stdout, stderr) =>
    resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
  );
  return promise;
}

import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** Where the tests run, and how something is run there. */
export type Machine = {
  /** As in `PATH`. */
  readonly path: string;
  readonly isRoot: boolean;
  readonly run: (file: string, args: readonly string[]) => Promise<unknown>;
  /** Told what takes its time. */
  readonly say: (line: string) => void;
};

/** What the tests start beside Node, and the package of Debian that has it. */
const PACKAGES: Readonly<Record<string, string>> = { 'redis-server': 'redis-server', prometheus: 'prometheus' };

const APT = 'apt-get';
const UPDATE = ['update'];
const INSTALL = ['install', '--yes', '--no-install-recommends'];
/** Another installation may be under way. */
const PATIENCE = ['--option', 'DPkg::Lock::Timeout=300'];

/**
 * Installs what is not on the path, as root on Debian and its kin. What Debian may start of it at once listens on its own port,
 * and is in nobody's way: the tests start their own servers, on free ports.
 *
 * @throws Error with the one command that installs everything, where it can not be installed from here
 */
export async function ensureInstalled(machine: Machine): Promise<void> {
  const missing = await missingFrom(machine.path);
  if (missing.length === 0) return;
  const packages = missing.map((program) => PACKAGES[program] ?? program);
  if (!machine.isRoot || !(await isOnPath(machine.path, APT))) throw new Error(advice(missing, packages, machine));
  machine.say(`Not on the path: ${missing.join(', ')}. Installing ${packages.join(' ')} …`);
  await install(packages, machine);
  const stillMissing = await missingFrom(machine.path);
  if (stillMissing.length > 0) throw new Error(advice(stillMissing, packages, machine));
}

export function thisMachine(): Machine {
  const run = promisify(execFile);
  return {
    path: process.env['PATH'] ?? '',
    isRoot: process.getuid?.() === 0,
    run: (file, args) => run(file, args, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }),
    say: (line) => console.log(line),
  };
}

async function install(packages: readonly string[], machine: Machine): Promise<void> {
  try {
    await machine.run(APT, UPDATE);
    await machine.run(APT, [...INSTALL, ...PATIENCE, ...packages]);
  } catch (error) {
    throw new Error(advice(packages, packages, machine), { cause: error });
  }
}

function advice(missing: readonly string[], packages: readonly string[], { isRoot }: Machine): string {
  const command = `${APT} ${UPDATE.join(' ')} && ${APT} ${INSTALL.join(' ')} ${packages.join(' ')}`;
  const asRoot = isRoot ? command : `sudo sh -c '${command}'`;
  return `The tests need ${missing.join(' and ')} on the path, and can not install them here. Do it with:\n\n  ${asRoot}\n`;
}

async function missingFrom(path: string): Promise<readonly string[]> {
  const programs = Object.keys(PACKAGES);
  const found = await Promise.all(programs.map((program) => isOnPath(path, program)));
  return programs.filter((_, index) => found[index] !== true);
}

async function isOnPath(path: string, program: string): Promise<boolean> {
  const looks = path.split(delimiter).map((folder) =>
    access(join(folder, program), constants.X_OK).then(
      () => true,
      () => false,
    ),
  );
  return (await Promise.all(looks)).includes(true);
}

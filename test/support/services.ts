import type { TestProject } from 'vitest/node';
import { ensureInstalled, thisMachine } from './installedPrograms.ts';
import { startPostgresService } from './postgres.ts';

/** A server that all test files share. It tells them where it is with `project.provide`; the answer stops it. */
type StartService = (project: TestProject) => Promise<() => Promise<void>>;

const SERVICES: readonly StartService[] = [startPostgresService];

/** Installs and starts what the tests of the project `services` need, before the first of them; the answer stops it after the last. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await ensureInstalled(thisMachine());
  const stops: (() => Promise<void>)[] = [];
  const stopAll = async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  try {
    for (const start of SERVICES) stops.push(await start(project));
  } catch (error) {
    await stopAll();
    throw error;
  }
  return stopAll;
}

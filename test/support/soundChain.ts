import { expect } from 'vitest';
import type { Entry } from '../../src/domain/ledger/entry.ts';
import { audited, findingsIn } from './audited.ts';
import { FEATURE } from './release.ts';
import { chainOf, type Replica } from './simulatedInstallation.ts';

export const entriesOf = async ({ world }: Pick<Replica, 'world'>, ...types: readonly Entry['type'][]) =>
  (await chainOf(world, FEATURE)).filter(({ type }) => types.includes(type));

/** The independent verifier finds nothing, and nothing was logged as an error. */
export async function expectSound({ world }: Pick<Replica, 'world'>): Promise<readonly Entry[]> {
  const chain = await chainOf(world, FEATURE);
  expect(findingsIn(audited(chain, world.clock.nowMs()))).toEqual([]);
  expect(world.faults).toEqual([]);
  return chain;
}

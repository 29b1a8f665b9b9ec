import { LedgerExports } from '../../src/control/desks/ledgerExports.ts';
import { jsonLinesOf } from '../../src/http/views/ledgerText.ts';
import type { Kept } from './ledgerStory.ts';
import { proposalInput } from './proposals.ts';
import { bad, FEATURE, healthy, startedRollout, stateOf, until } from './release.ts';
import { ANNA, OLGA, poll, startReplica, worldOf } from './simulatedInstallation.ts';

/** The export of a chain, as the API gives it. */
export async function exportOf(
  { kept }: { readonly kept: Kept },
  chain: 'installation' | (string & {}),
): Promise<string> {
  const desk = new LedgerExports({ ...kept, environment: 'test' });
  const told = chain === 'installation' ? desk.ofInstallation() : desk.ofFeature(chain);
  return (await Array.fromAsync(jsonLinesOf(await told))).join('');
}

/** A stop that was set and lifted, and set again: the smallest chain with a beginning, a middle and an end. */
export async function installationExport(): Promise<string> {
  const world = worldOf();
  const { installation } = await startReplica(world);
  await installation.setStop(OLGA, 'the payment provider is “down” 🦥');
  await installation.liftStop(OLGA, null);
  await installation.setStop(OLGA, 'again');
  return exportOf(world, 'installation');
}

/** A contract that was proposed and approved: the smallest chain of a feature. */
export async function proposalExport(): Promise<string> {
  const world = worldOf();
  const { features, contracts } = await startReplica(world);
  await features.create(OLGA, { key: FEATURE });
  const { state } = await contracts.propose(OLGA, proposalInput());
  await contracts.decide(ANNA, state.contract.id, { decision: 'approve', digest: state.digest, comment: 'go' });
  return exportOf(world, FEATURE);
}

/** A release that rose to its first stage, turned bad and was taken back. */
export async function releaseExport(): Promise<string> {
  const world = worldOf({ pollIntervalMs: 60_000 });
  const replica = await startReplica(world);
  healthy(world);
  const id = await startedRollout(replica, proposalInput());
  await until(replica, id, ({ phase }) => phase === 'stage');
  await poll(replica);
  bad(world);
  await until(replica, id, ({ wedgeState }) => wedgeState === 'ROLLED_BACK');
  await poll(replica);
  if ((await stateOf(replica, id)).wedgeState !== 'ROLLED_BACK') throw new Error('it was not taken back');
  return exportOf(world, FEATURE);
}

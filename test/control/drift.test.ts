import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../src/control/ports/ledger.ts';
import { audited, findingsIn } from '../support/audited.ts';
import { proposalInput } from '../support/proposals.ts';
import { exposed, FEATURE, healthy, inStage, startedRollout, stateOf, until } from '../support/release.ts';
import {
  butFor,
  chainOf,
  OLGA,
  pollFor,
  type Replaced,
  startReplica,
  type World,
  worldOf,
} from '../support/simulatedInstallation.ts';

const MINUTE = 60_000;

/** A release at 10 % of everyone. */
async function atTen(replacedIn: (world: World) => Replaced = () => ({})) {
  const world = worldOf({ pollIntervalMs: 5 * MINUTE });
  healthy(world);
  const replica = await startReplica(world, replacedIn(world));
  const id = await startedRollout(replica, proposalInput());
  await until(replica, id, inStage(0));
  return { world, replica, id };
}

const findingsOf = async (world: World) => findingsIn(audited(await chainOf(world, FEATURE), world.clock.nowMs()));

describe('what a hand has lowered, adopted while a person pauses', () => {
  it('STATES: rests on the rollout as it was seen, and is looked at again', async () => {
    const person: { pauses: () => Promise<unknown> } = { pauses: async () => {} };
    const pausedBefore = ({ ledger }: World['kept']): Ledger =>
      butFor(ledger, {
        append: async (append) => {
          if (append.drafts.some(({ type }) => type === 'driftAdopted')) await person.pauses();
          return ledger.append(append);
        },
      });
    const { world, replica, id } = await atTen(({ kept }) => ({ kept: { ...kept, ledger: pausedBefore(kept) } }));
    person.pauses = () => replica.closings.pause(OLGA, id, 'careful');
    world.store.editByHand(FEATURE, { rolloutPercent: 4 });
    await pollFor(replica, 20 * MINUTE);
    const types = (await chainOf(world, FEATURE)).map(({ type }) => type);
    expect(types.filter((type) => type === 'paused' || type === 'driftAdopted')).toEqual(['paused', 'driftAdopted']);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'PAUSED', threshold: 4_000 });
    expect(exposed(replica)).toEqual({ here: 4_000, stored: 4_000 });
    expect(await findingsOf(world)).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { Publisher } from '../../src/control/flags/publisher.ts';
import type { FlagDocument } from '../../src/domain/feature/flagDocument.ts';
import { audited, findingsIn } from '../support/audited.ts';
import { proposalInput } from '../support/proposals.ts';
import { FEATURE, healthy, inStage, startedRollout, until } from '../support/release.ts';
import { ANNA, chainOf, EMIL, OLGA, OSKAR, startReplica, worldOf } from '../support/simulatedInstallation.ts';

const MINUTE = 60_000;

/** Something happens between the next closing and the ledger's hearing of it. */
class Interrupted extends Publisher {
  meanwhile: (() => Promise<unknown>) | null = null;

  override async closeDocument(closing: FlagDocument): Promise<number | null> {
    const version = await super.closeDocument(closing);
    const { meanwhile } = this;
    this.meanwhile = null;
    await meanwhile?.();
    return version;
  }
}

/** A release at 10 % of everyone. */
async function atTen() {
  const world = worldOf({ pollIntervalMs: 5 * MINUTE });
  healthy(world);
  const publishers: Interrupted[] = [];
  const publisher = (deps: ConstructorParameters<typeof Publisher>[0]) => {
    const made = new Interrupted(deps);
    publishers.push(made);
    return made;
  };
  const replica = await startReplica(world, { publisher });
  const id = await startedRollout(replica, proposalInput());
  await until(replica, id, inStage(0));
  const meanwhile = (happens: () => Promise<unknown>) => {
    for (const one of publishers) one.meanwhile = happens;
  };
  return { world, replica, meanwhile };
}

const wish = (percentage: number) => ({ threshold: percentage * 1000, expiresAtMs: null, comment: 'their wish' });

describe('what is opened between a closing and its record', () => {
  it('SLU-CLOSE: does not outlast a kill, which is told as removed once it is gone', async () => {
    const { world, replica, meanwhile } = await atTen();
    await replica.closings.kill(OLGA, FEATURE, 'burning');
    meanwhile(() => replica.features.revive(ANNA, FEATURE, 'mended'));
    await replica.closings.kill(OSKAR, FEATURE, 'burning still');
    expect(replica.view.document(FEATURE)).toMatchObject({ killed: true });
    expect(world.store.document(FEATURE)).toMatchObject({ killed: true });
    const chain = await chainOf(world, FEATURE);
    expect(chain.slice(-3).map(({ type }) => type)).toEqual(['revived', 'killed', 'exposureRemoved']);
    expect(chain.at(-1)?.data).toMatchObject({ documentVersion: world.store.document(FEATURE)?.version });
    expect(findingsIn(audited(chain, world.clock.nowMs()))).toEqual([]);
  });

  it('SLU-CLOSE: does not lift the cap of a workspace', async () => {
    const { world, replica, meanwhile } = await atTen();
    for (const workspace of ['globex', 'initech']) {
      await replica.overrides.set(OLGA, FEATURE, workspace, wish(1));
      await replica.overrides.remove(OLGA, FEATURE, workspace, 'enough');
    }
    meanwhile(async () => {
      await replica.overrides.remove(ANNA, FEATURE, 'globex', 'enough');
      await replica.overrides.remove(EMIL, FEATURE, 'initech', 'enough');
    });
    await replica.overrides.set(OSKAR, FEATURE, 'acme', wish(0));
    expect(replica.view.document(FEATURE)).toMatchObject({ caps: { acme: 0 } });
    expect(world.store.document(FEATURE)).toMatchObject({ caps: { acme: 0 } });
  });
});

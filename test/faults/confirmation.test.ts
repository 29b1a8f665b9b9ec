import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Entry, EntryOf } from '../../src/domain/ledger/entry.ts';
import { eventually } from '../support/eventually.ts';
import { RunningRelease } from '../support/runningRelease.ts';
import { openTwoReplicas, type TwoReplicas } from '../support/twoReplicas.ts';
import { wholeChain } from '../support/wholeChain.ts';

/** Of these installations; the law's own would only make the tests longer. */
const DEADLINE_SECONDS = 10;

const isConfirmation = (entry: Entry): entry is EntryOf<'exposureConfirmed'> => entry.type === 'exposureConfirmed';

describe('two processes on one Redis and one PostgreSQL: a rollback', { timeout: 600_000 }, () => {
  const opened = new AsyncDisposableStack();
  let world: TwoReplicas;
  beforeAll(async () => {
    world = opened.use(await openTwoReplicas(DEADLINE_SECONDS));
  });
  afterAll(() => opened.disposeAsync());

  /** A release in its first stage, which both serve; and what both are called. */
  async function servedByBoth(feature: string) {
    const release = await RunningRelease.started(world.replicas[0], feature, { approvalFor: 'half' });
    await eventually(
      () => release.status(),
      ({ decision }) => decision?.kind === 'awaitApproval',
    );
    const members = await eventually(
      () => release.acknowledgements(),
      (found) => found.length === 2 && found.every(({ acknowledged }) => acknowledged === true),
    );
    const names = members.map(({ member }) => member);
    expect(names).toEqual([expect.stringMatching(/^replica:.+:\d+:/), expect.stringMatching(/^replica:.+:\d+:/)]);
    return { release, names: names.toSorted() };
  }

  const confirmationsOf = async (feature: string) => {
    const found = await eventually(
      async () => (await wholeChain(world.postgres.url, feature)).filter(isConfirmation),
      (confirmations) => confirmations.length > 0,
    );
    return found.map(({ data }) => data);
  };
  const recorded = async () => {
    const counts = world.replicas.map((replica) =>
      replica.metric('rollout_confirmed_seconds_count{environment="test"}'),
    );
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  };

  test('is confirmed by both, once, and the status says so', async () => {
    const { release, names } = await servedByBoth('whole');
    const before = await recorded();
    await release.rollBack();
    const confirmations = await confirmationsOf('whole');
    expect(confirmations).toMatchObject([{ heard: names, unheard: [] }]);
    const { removal } = await release.status();
    expect(removal).toMatchObject({ state: 'confirmed', heardCount: 2, unheardCount: 0 });
    expect(removal?.confirmedAfterSeconds).toBeGreaterThanOrEqual(removal?.removedAfterSeconds ?? Infinity);
    expect(await recorded()).toBe(before + 1);
  });

  test('that one of them can not hear of names that one, and is confirmed all the same', async () => {
    const { release, names } = await servedByBoth('apart');
    const mends = await Promise.all(world.network.map((cable) => cable.cut()));
    const mend = async () => {
      for (const each of mends) await each();
    };
    onTestFinished(mend);
    await release.rollBack();
    const [confirmation] = await confirmationsOf('apart');
    expect([confirmation?.heardCount, confirmation?.unheardCount]).toEqual([1, 1]);
    expect([...(confirmation?.heard ?? []), ...(confirmation?.unheard ?? [])].toSorted()).toEqual(names);
    const tookMs = (confirmation?.confirmedAtMs ?? 0) - (confirmation?.removedAtMs ?? 0);
    expect(tookMs).toBeGreaterThanOrEqual(DEADLINE_SECONDS * 1000);
    expect((await release.status()).removal).toMatchObject({ state: 'confirmed', unheard: confirmation?.unheard });
    await mend();
    await eventually(
      () => world.replicas[1].readiness(),
      ({ status }) => status === 200,
    );
  });

  test('with Redis away is confirmed when Redis is back, by both', async () => {
    const { release, names } = await servedByBoth('store-away');
    const mends = await Promise.all(world.redis.map((cable) => cable.cut()));
    const mend = async () => {
      for (const each of mends) await each();
    };
    onTestFinished(mend);
    await release.rollBack();
    expect((await release.status()).removal).toMatchObject({ state: 'removing', removedAt: null });
    expect(await release.metBy()).toEqual([]);
    await mend();
    expect(await confirmationsOf('store-away')).toMatchObject([{ heard: names, unheard: [] }]);
  });

  test('waits for none that was stopped in peace', async () => {
    const { release } = await servedByBoth('in-peace');
    world.replicas[1].signal('SIGTERM');
    await world.replicas[1].ended();
    onTestFinished(() => world.replicas[1].startAgain());
    const [first] = await release.acknowledgements();
    await release.rollBack();
    expect(await confirmationsOf('in-peace')).toMatchObject([{ heard: [first?.member], unheard: [] }]);
  });
});

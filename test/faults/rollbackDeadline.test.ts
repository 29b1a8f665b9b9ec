import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Entry } from '../../src/domain/ledger/entry.ts';
import { eventually } from '../support/eventually.ts';
import { RunningRelease } from '../support/runningRelease.ts';
import { SHARES } from '../support/secondsPlan.ts';
import { openTwoReplicas, type TwoReplicas } from '../support/twoReplicas.ts';
import { wholeChain } from '../support/wholeChain.ts';

const LAW_MS = 60_000;
/** Of these installations; the law's own would only make the tests longer. */
const DEADLINE_SECONDS = 10;

/** Begins an outage; the answer ends it. */
type Begin = (world: TwoReplicas) => Promise<() => Promise<void>>;

const OUTAGES: readonly (readonly [string, Begin])[] = [
  ['nothing', async () => async () => {}],
  ['Redis', async ({ redis }) => all(redis.map((cable) => cable.cut()))],
  [
    'Redis, which stands still,',
    async ({ redis }) => {
      for (const cable of redis) cable.freeze();
      return async () => {
        for (const cable of redis) cable.thaw();
      };
    },
  ],
  [
    'PostgreSQL',
    async ({ postgres }) => {
      await postgres.takeAway('gone');
      return () => postgres.giveBack();
    },
  ],
  [
    'PostgreSQL, which stands still,',
    async ({ postgres }) => {
      await postgres.takeAway('standing still');
      return () => postgres.giveBack();
    },
  ],
  ["one replica's network", async ({ network }) => all(network.map((cable) => cable.cut()))],
];

async function all(cuts: readonly Promise<() => Promise<void>>[]): Promise<() => Promise<void>> {
  const mends = await Promise.all(cuts);
  return async () => {
    for (const mend of mends) await mend();
  };
}

describe('INV-RWG-ROLLBACK: from the trigger to exposure removed it takes at most 60 s,', { timeout: 600_000 }, () => {
  const opened = new AsyncDisposableStack();
  let world: TwoReplicas;
  beforeAll(async () => {
    world = opened.use(await openTwoReplicas(DEADLINE_SECONDS));
  });
  afterAll(() => opened.disposeAsync());

  test.for(OUTAGES)('with %s away, in every replica', async ([name, begin]) => {
    const { metrics, postgres, replicas } = world;
    const feature = `without-${name.replaceAll(/\W+/g, '-').toLowerCase()}`;
    const release = await RunningRelease.started(replicas[0], feature, { approvalFor: 'half' });
    await eventually(
      () => release.status(),
      ({ decision }) => decision?.kind === 'awaitApproval',
    );
    for (const replica of replicas) {
      await eventually(
        // A replica hears of a new token within seconds.
        () => release.metBy(replica).catch(() => []),
        (users) => users.length === release.below(25).length,
      );
    }

    const end = await begin(world);
    onTestFinished(end);
    metrics.fail(feature, SHARES.bad);
    for (const replica of replicas) {
      await eventually(
        () => release.metBy(replica),
        (users) => users.length === 0,
      );
    }
    const closedAtMs = Date.now();
    await end();

    const entries = await eventually(
      () => wholeChain(postgres.url, feature),
      (chain) => chain.some(({ type }) => type === 'exposureRemoved'),
    );
    const rollbacks = entries.filter((entry) => entry.type === 'rolledBack');
    expect(rollbacks).toHaveLength(1);
    expect(closedAtMs - triggeredAtMs(rollbacks[0])).toBeLessThanOrEqual(LAW_MS);
    const removals = entries.filter((entry) => entry.type === 'exposureRemoved');
    expect(removals.map(({ data }) => data.removedAtMs - data.triggeredAtMs <= LAW_MS)).toEqual([true]);
    for (const replica of replicas) {
      // Once more with everything there: a lookup that is closed for being old may not open again for being new.
      await eventually(
        () => replica.readiness(),
        ({ status }) => status === 200,
      );
      expect(await release.metBy(replica)).toEqual([]);
    }
  });
});

const triggeredAtMs = (entry: Entry | undefined) =>
  entry?.type === 'rolledBack' ? entry.data.triggeredAtMs : Number.NaN;

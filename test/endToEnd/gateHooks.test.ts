import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { HookReceiver } from '../support/hookReceiver.ts';
import { ReleaseMetrics } from '../support/releaseMetrics.ts';
import { Replica } from '../support/replica.ts';
import { RunningRelease } from '../support/runningRelease.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const YES = { status: 204 };
const NO = { status: 409, body: 'no change ticket' };

test('a running Sluice asks its hook, waits for it, and tells of the rollback', { timeout: 200_000 }, async () => {
  await using receiver = await HookReceiver.start();
  await using metrics = await ReleaseMetrics.start();
  const address = `http://hook:hunter2@${receiver.host}`;
  const list = `beforeAdvance=${address}/advance,onRollback=${address}/rollback`;
  receiver.answers = [NO];
  await using replica = await Replica.start({
    metricSources: `shop=${metrics.address}`,
    gateHooks: { list, secret: SECRET },
  });
  const release = await RunningRelease.started(replica, 'hooked', { source: 'shop' });

  const held = await eventually(
    () => release.status(),
    ({ decision }) => decision?.reason === 'gateHook',
  );
  expect(held.decision?.detail).toBe('beforeAdvance answered 409: no change ticket');
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  // To this one step and no other: a release of some seconds would be over before it can be rolled back.
  receiver.answers = [...receiver.received.map(() => NO), YES, NO];
  await eventually(
    () => release.status(),
    ({ stageIndex }) => stageIndex === 1,
  );

  receiver.answers = [YES];
  await release.rollBack();
  const told = await eventually(
    async () => receiver.received.filter(({ path }) => path === '/rollback'),
    ({ length }) => length > 0,
  );
  expect(told.map(({ body }) => JSON.parse(body))).toMatchObject([
    {
      type: 'rollout.onRollback',
      data: { feature: 'hooked', percentageTo: 0, reason: 'operator', environment: 'test' },
    },
  ]);
  expect(replica.said).not.toContain('hunter2');
});

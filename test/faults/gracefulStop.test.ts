import { once } from 'node:events';
import { type ClientRequest, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { makeDatabase } from '../support/postgres.ts';
import { ReleaseMetrics } from '../support/releaseMetrics.ts';
import { Replica } from '../support/replica.ts';
import { rowsOf } from '../support/rowsOf.ts';
import { RunningRelease } from '../support/runningRelease.ts';
import { wholeChain } from '../support/wholeChain.ts';

const BODY = JSON.stringify({ key: 'half-said' });

/** A request of which the server has the headers and half the body. */
async function halfSaid(replica: Replica, token: string): Promise<ClientRequest> {
  const asked = request(`${replica.url}/v1/features`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': BODY.length,
      expect: '100-continue',
    },
  });
  asked.flushHeaders();
  await once(asked, 'continue');
  asked.write(BODY.slice(0, 5));
  return asked;
}

async function answerTo(asked: ClientRequest): Promise<{ status: number | undefined; body: string }> {
  const [response] = await once(asked, 'response');
  return { status: response.statusCode, body: await text(response) };
}

test('a Sluice that is asked to stop answers what was asked, ends its looks, loses nothing and exits with 0', {
  timeout: 300_000,
}, async () => {
  const database = await makeDatabase();
  onTestFinished(database.drop);
  await using metrics = await ReleaseMetrics.start();
  await using replica = await Replica.start({ metricSources: `shop=${metrics.address}`, databaseUrl: database.url });
  const waiting = await Promise.all(['one', 'two', 'three'].map((feature) => RunningRelease.agreed(replica, feature)));
  const release = await RunningRelease.started(replica, 'checkout', { approvalFor: 'half' });
  await eventually(
    () => release.status(),
    ({ decision }) => decision?.kind === 'awaitApproval',
  );

  metrics.hold();
  await eventually(
    async () => metrics.held,
    (held) => held > 0,
  );
  const looksBefore = (await release.looks()).length;
  const beforeAsking = metrics.held;
  const preflights = Promise.all(waiting.map((each) => each.preflight()));
  await eventually(
    async () => metrics.held,
    (held) => held >= beforeAsking + waiting.length,
  );
  const created = await halfSaid(replica, release.people.operator);
  replica.signal('SIGTERM');
  await eventually(
    async () => replica.said,
    (said) => said.includes('asked to stop'),
  );
  const answer = answerTo(created);
  created.end(BODY.slice(5));
  metrics.letGo();

  expect(await answer).toMatchObject({ status: 201, body: expect.stringContaining('half-said') });
  expect(await preflights).toHaveLength(waiting.length);
  expect(await replica.ended()).toEqual({ code: 0, signal: null });
  const leases = await rowsOf(database.url, 'SELECT lease_until_ms FROM rollouts WHERE lease_until_ms IS NOT NULL');
  expect(leases).toEqual([]);

  await replica.startAgain();
  expect((await release.looks()).length).toBeGreaterThan(looksBefore);
  expect(await release.metBy()).toEqual(release.below(25));
  expect(await wholeChain(database.url, 'half-said')).toEqual([]);
  for (const each of waiting) {
    const entries = await wholeChain(database.url, each.feature);
    expect(entries.map(({ type }) => type)).toContain('preflight');
  }
});

import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { evidenceOf } from '../support/evidenceOf.ts';
import { type MeteredService, startMeteredService } from '../support/meteredService.ts';
import { Replica } from '../support/replica.ts';
import { RunningRelease } from '../support/runningRelease.ts';

/** Requests of both cohorts, a thousand a second each, one in a hundred bad but for what `badOf` says of treatment. */
function traffic(service: MeteredService) {
  let bad = 1;
  service.accuracy.set({ cohort: 'treatment' }, 1);
  const timer = setInterval(() => {
    service.serve('treatment', { good: 100 - bad, bad });
    service.serve('control', { good: 99, bad: 1 });
  }, 100);
  return {
    worsen: () => {
      bad = 5;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

test('a running Sluice raises a release by its evidence, keeps it over a restart, and takes it back', {
  timeout: 200_000,
}, async () => {
  const service = await startMeteredService();
  await using _stopped = { [Symbol.asyncDispose]: () => service.stop() };
  using shop = traffic(service);
  await using replica = await Replica.start({ metricSources: `shop=scrape+http://${service.host}/metrics` });
  const plan = { judgedBy: 'requests', approvalFor: 'everyone' } as const;
  const release = await RunningRelease.started(replica, 'counted', plan);
  const waiting = () =>
    eventually(
      () => release.status(),
      ({ stageIndex, slis }) => stageIndex === 1 && slis[0]?.verdict === 'pass',
    );
  const counted = ({ slis }: Awaited<ReturnType<typeof waiting>>) =>
    evidenceOf('sequential', slis[0]).counts.treatment.total;

  const before = await waiting();
  expect(before.slis[0]?.evidence).toMatchObject({ logNeeded: Math.log(20), margin: 1, dispersion: 1, edge: null });
  replica.signal('SIGTERM');
  await replica.ended();
  await replica.startAgain();
  await eventually(waiting, (status) => counted(status) > counted(before) + 1000);

  shop.worsen();
  const taken = await eventually(
    () => release.status(),
    ({ wedgeState, stageIndex }) => wedgeState === 'ROLLED_BACK' || stageIndex === 2,
  );
  expect(taken.wedgeState).toBe('ROLLED_BACK');
  const entry = (await release.ledger()).find(({ type }) => type === 'rolledBack');
  expect(entry).toMatchObject({ reason: 'criterion', percentageAfter: 0 });
  expect(JSON.stringify(entry)).toContain('worse than 1 times the control');
  expect(await release.metBy()).toEqual([]);
});

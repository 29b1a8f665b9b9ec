import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { ReleaseMetrics } from '../support/releaseMetrics.ts';
import { Replica } from '../support/replica.ts';
import { RunningRelease } from '../support/runningRelease.ts';
import { json, type StubAnswer, vector } from '../support/stubPrometheus.ts';

/** A silent source takes ten seconds of each. */
const LOOKS = 3;

type Malady = { readonly name: string; readonly answer: StubAnswer; readonly reason: string; readonly detail: RegExp };

const MALADIES: readonly Malady[] = [
  {
    name: 'errors',
    answer: json({ status: 'error', errorType: 'internal', error: 'the disk is full' }, 500),
    reason: 'sourceUnavailable',
    detail: /answered 500 internal: the disk is full/,
  },
  {
    name: 'HTML',
    answer: { type: 'text/html', body: '<!doctype html><title>Sign in</title>' },
    reason: 'sourceUnavailable',
    detail: /answered 200 with text\/html, not JSON/,
  },
  {
    name: 'NaN',
    answer: vector([{ value: 'NaN' }]),
    reason: 'sourceUnavailable',
    detail: /NaN/,
  },
  {
    name: 'nothing',
    answer: vector([]),
    reason: 'missingData',
    detail: /the answer holds no series/,
  },
  {
    name: 'half an answer',
    answer: 'hangUp',
    reason: 'sourceUnavailable',
    detail: /broke off/,
  },
  {
    name: 'silence',
    answer: 'silence',
    reason: 'sourceUnavailable',
    detail: /no answer within 10 s/,
  },
];

describe('a Prometheus that answers', { timeout: 400_000 }, () => {
  const opened = new AsyncDisposableStack();
  let sick: ReleaseMetrics;
  let replica: Replica;
  beforeAll(async () => {
    sick = opened.use(await ReleaseMetrics.start());
    const well = opened.use(await ReleaseMetrics.start());
    replica = opened.use(await Replica.start({ metricSources: `sick=${sick.address},well=${well.address}` }));
  });
  afterAll(() => opened.disposeAsync());

  test.for(MALADIES)(
    '$name holds what is measured by it, says why, and keeps nothing else from going to everyone',
    async ({ name, answer, reason, detail }) => {
      const feature = name.replaceAll(' ', '-').toLowerCase();
      const held = await RunningRelease.started(replica, feature, { source: 'sick' });
      sick.answer(answer);
      const { decision, percentage } = await eventually(
        () => held.status(),
        (status) => status.decision?.reason === reason,
      );
      expect(decision).toMatchObject({ kind: 'hold', detail: expect.stringMatching(detail) });

      const other = await RunningRelease.started(replica, `other-than-${feature}`, { source: 'well' });
      await eventually(
        () => other.status(),
        ({ wedgeState }) => wedgeState === 'COMPLETE',
      );
      await eventually(
        () => held.looks(),
        (looks) => looks.filter((look) => look.decision.reason === reason).length >= LOOKS,
      );
      const still = { wedgeState: 'ACTIVE', percentage, decision: { kind: 'hold', reason } };
      expect(await held.status()).toMatchObject(still);
      expect(await held.metBy()).toEqual(held.below(percentage));

      sick.answer(null);
      await eventually(
        () => held.status(),
        ({ wedgeState }) => wedgeState === 'COMPLETE',
      );
      expect((await held.ledger()).map(({ type }) => type)).not.toContain('rolledBack');
    },
  );
});

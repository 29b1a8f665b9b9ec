import { beforeAll, describe, expect, it } from 'vitest';
import type { Entry } from '../../src/domain/ledger/entry.ts';
import { audited, failedChecks, findingsIn } from '../support/audited.ts';
import { forged, inserted, type Open, the } from '../support/forged.ts';
import { proposalInput } from '../support/proposals.ts';
import { bad, FEATURE, healthy, inStage, startedRollout, until } from '../support/release.ts';
import { chainOf, OSKAR, poll, startReplica, worldOf } from '../support/simulatedInstallation.ts';

/** Taken back by itself and confirmed by both replicas, then killed and confirmed again. */
async function lived(): Promise<readonly Entry[]> {
  const world = worldOf({ pollIntervalMs: 15_000 });
  healthy(world);
  const replica = await startReplica(world);
  await startReplica(world);
  await until(replica, await startedRollout(replica, proposalInput()), inStage(0));
  bad(world);
  await poll(replica);
  await poll(replica);
  await replica.closings.kill(OSKAR, FEATURE, 'to be sure');
  await poll(replica);
  return chainOf(world, FEATURE);
}

let chain: readonly Entry[] = [];
beforeAll(async () => {
  chain = await lived();
});

const first = (entries: Open[]) => the(entries, 'exposureConfirmed');

const FORGERIES: readonly (readonly [string, string, (entries: Open[]) => void])[] = [
  [
    'a confirmation before the removal',
    'is confirmed before the exposure was removed',
    (entries) => {
      first(entries).data.confirmedAtMs -= 60_000;
    },
  ],
  [
    'a confirmation that stands before its removal',
    'confirms what no removal before it waits for',
    (entries) => {
      const [confirmed, removed] = [first(entries), the(entries, 'exposureRemoved')];
      entries.splice(entries.indexOf(confirmed), 1);
      confirmed.at = removed.at;
      entries.splice(entries.indexOf(removed), 0, confirmed);
    },
  ],
  [
    'a confirmation without a removal',
    'confirms what no removal before it waits for',
    (entries) => {
      first(entries).data.triggeredAtMs -= 1;
    },
  ],
  [
    'a confirmation of another rollout’s removal',
    'confirms what no removal before it waits for',
    (entries) => {
      first(entries).rollout = null;
    },
  ],
  [
    'a second confirmation',
    'confirms what no removal before it waits for',
    (entries) => {
      inserted(entries, first(entries), {});
    },
  ],
  [
    'a confirmation of a lower version',
    'confirms version',
    (entries) => {
      first(entries).data.documentVersion -= 1;
    },
  ],
  [
    'another time of removal',
    'tells another time of removal',
    (entries) => {
      first(entries).data.removedAtMs -= 1;
    },
  ],
  [
    'a confirmation at a time to come',
    'is confirmed at a time to come',
    (entries) => {
      first(entries).data.confirmedAtMs += 3_600_000;
    },
  ],
  [
    'nobody’s word',
    'rests on nobody’s word',
    (entries) => {
      Object.assign(first(entries).data, { heard: [], heardCount: 0 });
    },
  ],
  [
    'a member that was not heard, left out of the list',
    'counts other members than it names',
    (entries) => {
      first(entries).data.heard.pop();
    },
  ],
  [
    'a member twice',
    'names a member twice',
    (entries) => {
      const { data } = first(entries);
      Object.assign(data, { unheard: data.heard.slice(0, 1), unheardCount: 1 });
    },
  ],
  [
    'a person’s confirmation',
    'is a person’s',
    (entries) => {
      first(entries).actor = { kind: 'person', subject: 'oskar' };
    },
  ],
  [
    'names that are no names',
    'can not be read',
    (entries) => {
      Object.assign(first(entries).data, { heard: null });
    },
  ],
];

describe('a rollback and a kill that were confirmed', () => {
  it('pass every check', () => {
    expect(findingsIn(audited(chain))).toEqual([]);
    const confirmed = chain.filter(({ type }) => type === 'exposureConfirmed');
    const heard = ['replica:test:1', 'replica:test:2'];
    expect(confirmed.map(({ data }) => data)).toMatchObject([{ heard }, { heard }]);
  });

  it('pass without the confirmation of the last: it is still to come', () => {
    const unsaid = forged(
      chain,
      (entries) => void entries.splice(entries.indexOf(the(entries, 'exposureConfirmed', -1))),
    );
    expect(audited(unsaid)).toMatchObject({ verdict: 'PASS' });
  });

  it.for(FORGERIES)('INV-RWG-ROLLBACK: forged to hold %s: found as one that %s', ([, words, hand]) => {
    const report = audited(forged(chain, hand));
    expect(failedChecks(report)).toContain('INV-RWG-ROLLBACK');
    expect(findingsIn(report)).toEqual(expect.arrayContaining([expect.stringContaining(words)]));
  });
});

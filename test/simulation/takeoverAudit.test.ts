import { beforeAll, describe, expect, it } from 'vitest';
import type { Entry } from '../../src/domain/ledger/entry.ts';
import { audited, failedChecks, findingsIn } from '../support/audited.ts';
import { forged, inserted, the } from '../support/forged.ts';
import { proposalInput, stageInput } from '../support/proposals.ts';
import { FEATURE, healthy, inStage, startedRollout, until } from '../support/release.ts';
import { chainOf, startReplica, worldOf } from '../support/simulatedInstallation.ts';

const stages = (...ids: readonly string[]) => ids.map((id, index) => stageInput(id, [10, 30, 50][index] ?? 100));

let chain: readonly Entry[] = [];
beforeAll(async () => {
  const world = worldOf({ pollIntervalMs: 60_000 });
  healthy(world);
  const replica = await startReplica(world);
  const first = await startedRollout(replica, proposalInput({}, { wedgeStages: stages('canary', 'third', 'half') }));
  await until(replica, first, inStage(1));
  const next = proposalInput({ supersedes: first }, { wedgeStages: stages('few', 'some', 'many') });
  const second = await startedRollout(replica, next);
  await until(replica, second, ({ wedgeState }) => wedgeState === 'COMPLETE');
  chain = await chainOf(world, FEATURE);
});

describe('a takeover, held against the laws', () => {
  it('passes to its end', () => expect(findingsIn(audited(chain))).toEqual([]));

  it('STATES: an end that names somebody else is found', () => {
    const found = audited(
      forged(chain, (entries) => Object.assign(the(entries, 'superseded').data, { by: 'another' })),
    );
    expect(failedChecks(found)).toContain('STATES');
  });

  it('STATES: a start that takes over what did not end for it is found', () => {
    const found = audited(
      forged(chain, (entries) => {
        entries.splice(entries.indexOf(the(entries, 'superseded')), 1);
      }),
    );
    expect(failedChecks(found)).toContain('STATES');
  });

  it('STATES: one that takes over at more than was exposed is found', () => {
    const found = audited(
      forged(chain, (entries) => {
        const started = the(entries, 'started', -1);
        started.data.exposure.grants = started.data.exposure.grants.map((grant) => ({ ...grant, threshold: 40_000 }));
        started.percentageAfter = 40;
      }),
    );
    expect(failedChecks(found)).toEqual(expect.arrayContaining(['STATES', 'SLU-DOOR']));
  });

  it('STATES: one out of a visit whose audit is FAIL is found', () => {
    const found = audited(
      forged(chain, (entries) => {
        const superseded = the(entries, 'superseded');
        const before = entries[entries.indexOf(superseded) - 1];
        if (before === undefined) throw new Error('something comes before it');
        const data = { subject: 'visit', verdict: 'FAIL', throughSeq: 1, findings: [] };
        inserted(entries, before, { type: 'audited', rollout: superseded.rollout, data });
      }),
    );
    expect(findingsIn(found, { check: 'STATES' }).join()).toContain('takes over out of visit 2, whose audit is FAIL');
  });

  it('STATES: half of one, at the end of what was read, is not to be told yet', () => {
    const half = chain.slice(0, chain.findIndex(({ type }) => type === 'superseded') + 1);
    expect(audited(half)).toMatchObject({ verdict: 'INCONCLUSIVE' });
  });
});

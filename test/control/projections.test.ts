import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../src/control/refusal.ts';
import type { CustomerView } from '../../src/domain/projection/customer.ts';
import { LADDER } from '../../src/domain/projection/ladder.ts';
import { proposalInput } from '../support/proposals.ts';
import { createdRollout, FEATURE, healthy, recordOf, until } from '../support/release.ts';
import { poll, startReplica, worldOf } from '../support/simulatedInstallation.ts';
import { settled, stories, type Told, tell } from '../support/story.ts';

const CAPABILITY = { name: 'One-page checkout', visibleFeatures: ['Saved cards'], announced: true };
const heightOf = (view: CustomerView | null) => LADDER.indexOf(view?.stage ?? 'NOT_VISIBLE');

/** Null where the report may not exist. */
const reportOf = ({ replica, id }: Told) =>
  replica.projections.completion(id).catch((error: unknown) => {
    if (error instanceof Refusal && error.code === 'COMPLETION_REQUIRES_PASS') return null;
    throw error;
  });

describe('projections of whole releases', () => {
  it('ROLLOUT-005: whatever happens to an installation, the ladder only rises and what is exposed is said', async () => {
    const rises = fc.asyncProperty(stories, async (story) => {
      let before: CustomerView | null = null;
      const told = await tell(story, async ({ replica, now }) => {
        if (now.ledgerAway) return;
        const view = await replica.projections.customer(FEATURE);
        expect(heightOf(view)).toBeGreaterThanOrEqual(heightOf(before));
        before = view;
        const { exposure } = (await replica.features.get(FEATURE)).state;
        const isMet = !exposure.killed && exposure.grants.some(({ threshold }) => threshold > 0);
        expect(['limited', 'available'].includes(view.availability)).toBe(isMet);
      });
      await settled(told);
      const { state } = await recordOf(told.replica, told.id);
      expect((await reportOf(told)) !== null).toBe(state.wedgeState === 'COMPLETE');
      const { missing } = await told.replica.projections.founder(told.id);
      expect(missing.filter((link) => link !== 'audit' && link !== 'execution')).toEqual([]);
      expect(missing.includes('execution')).toBe(state.startedAtMs === null);
    });
    await fc.assert(rises, { numRuns: 25 });
  }, 120_000);

  it('a good release: planned, limited, available, with a lineage and a report at the end', async () => {
    const world = worldOf({ pollIntervalMs: 60_000 });
    healthy(world);
    const replica = await startReplica(world);
    const id = await createdRollout(replica, proposalInput({ capability: CAPABILITY }));
    const seen = async () => {
      const { stage, availability } = await replica.projections.customer(FEATURE);
      return `${stage} ${availability}`;
    };
    expect(await seen()).toBe('PLANNED planned');
    const { version } = (await recordOf(replica, id)).state;
    await replica.rollouts.start({ tokenId: 't', subject: 'olga', roles: ['operator'], features: null }, id, {
      expectedVersion: version,
      comment: null,
    });
    await poll(replica);
    expect(await seen()).toBe('GENERAL limited');
    await expect(replica.projections.completion(id)).rejects.toMatchObject({ code: 'COMPLETION_REQUIRES_PASS' });
    await until(replica, id, ({ wedgeState }) => wedgeState === 'COMPLETE');
    expect(await seen()).toBe('GENERAL available');
    expect(await replica.projections.founder(id)).toMatchObject({ lineageComplete: true, audit: { verdict: 'PASS' } });
    const report = await replica.projections.completion(id);
    expect(report).toMatchObject({ percentage: 100, capability: 'One-page checkout', health: { passingShare: 1 } });
    expect(report.health?.criteria.map(({ outcome }) => outcome)).toEqual(['pass', 'pass']);
  });

  it('knows nothing of what is not there', async () => {
    const replica = await startReplica(worldOf());
    for (const asked of [
      replica.projections.founder('nobody'),
      replica.projections.completion('nobody'),
      replica.projections.customer('nobody'),
    ]) {
      await expect(asked).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });
});

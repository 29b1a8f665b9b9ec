import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ListedRange } from '../../src/control/ports/projectionReader.ts';
import { contractFrom } from '../../src/domain/contract/contract.ts';
import { customerView } from '../../src/domain/projection/customer.ts';
import { customerPosition } from '../../src/domain/projection/customerPosition.ts';
import { founderView } from '../../src/domain/projection/founder.ts';
import {
  appendOf,
  approvedDraft,
  createdDraft,
  definitionOf,
  entriesIn,
  type Kept,
  LedgerStory,
  proposedDraft,
  T0,
} from '../support/ledgerStory.ts';
import { validProposal } from '../support/proposals.ts';
import type { LedgerUnderTest } from './ledger.ts';

const MINUTE = 60_000;
const ALL: ListedRange = { after: null, limit: 100, features: null };

const contractOf = (id: string, feature: string, name: string | null) => {
  const capability = { name: name ?? '', visibleFeatures: ['Saved cards'], announced: true };
  return contractFrom(validProposal({ feature, ...(name === null ? {} : { capability }) }), id);
};

const isFrozen = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isFrozen));

/** What every reader of projections owes, whatever it reads from. */
export function projectionReaderContract(name: string, open: () => Promise<LedgerUnderTest>): void {
  describe(`the reader of projections ${name}`, () => {
    let under: LedgerUnderTest;
    let kept: Kept;
    let story: LedgerStory;
    beforeEach(async () => {
      under = await open();
      kept = under.kept;
      story = new LedgerStory(kept);
    });
    afterEach(() => under.close());

    /** A feature whose contract is approved and has a rollout that waits. */
    const told = async (feature: string, capability: string | null, id = `c-${feature}`) => {
      const contract = contractOf(id, feature, capability);
      await story.feature(feature);
      const drafts = [
        proposedDraft(contract),
        approvedDraft(contract, 'anna'),
        createdDraft({ id: `r-${id}`, contract }),
      ];
      entriesIn(await kept.ledger.append(appendOf(feature, drafts)));
      return `r-${id}`;
    };
    const walk = async (id: string, ...steps: readonly ('start' | 'ramp' | 'advance' | 'complete')[]) => {
      for (const step of steps) entriesIn(await kept.ledger.append(await story.open(step, id, T0 + MINUTE)));
    };
    const names = async (range: Partial<ListedRange> = {}) =>
      (await kept.projections.customers({ ...ALL, ...range })).map(
        ({ records }) => records.contracts[0]?.contract.feature,
      );

    test('tells what happened within a period, and all that ever happened to those that it happened to', async () => {
      const id = await told('checkout', null);
      await walk(id, 'start');
      const lateMs = T0 + 10 * MINUTE;
      entriesIn(await kept.ledger.append(await story.rollback(id, lateMs)));
      const other = await told('search', null);
      await walk(other, 'start');
      const period = { fromMs: lateMs, toMs: lateMs + 1 };
      const { happenings, affectedCustomers } = await kept.projections.happenings(period, null);
      expect(happenings.map(({ chain, type }) => `${chain} ${type}`)).toEqual([
        'checkout started',
        'checkout rolledBack',
      ]);
      expect(happenings[0]).not.toHaveProperty('evidence');
      expect(Object.keys(affectedCustomers)).toEqual([id]);
      expect(isFrozen(happenings)).toBe(true);
      const everything = { fromMs: 0, toMs: lateMs + 1 };
      const ofSearch = await kept.projections.happenings(everything, ['search']);
      expect(ofSearch.happenings.map(({ type }) => type)).toEqual(['proposed', 'started']);
      expect(ofSearch.happenings[0]?.data).toEqual({ waivers: [] });
      expect((await kept.projections.happenings({ fromMs: 0, toMs: 1 }, null)).happenings).toEqual([]);
    });

    test('knows a rollout with its contract, and of the chain what its lineage rests on', async () => {
      const id = await told('checkout', 'One page');
      await told('search', 'Better search');
      await walk(id, 'start', 'ramp', 'advance', 'advance', 'complete');
      entriesIn(
        await kept.ledger.append(
          appendOf('checkout', [proposedDraft(contractOf('c2', 'checkout', null), T0 + MINUTE)]),
        ),
      );
      const records = await kept.projections.rollout(id);
      expect(records?.rollout).toEqual((await story.rollout(id)).state);
      expect(records?.contract).toEqual(await kept.contracts.get('c-checkout'));
      const chain = await kept.ledger.entries('checkout', { afterSeq: 0, limit: 100 });
      expect(records?.entries).toEqual(chain.filter(({ contract }) => contract === 'c-checkout'));
      expect(isFrozen(records)).toBe(true);
      if (records !== null) expect(founderView(records)).toMatchObject({ lineageComplete: true, missing: [] });
    });

    test('leaves out what is long and proves nothing of the lineage', async () => {
      const id = await told('checkout', null);
      await walk(id, 'start', 'ramp');
      for (const said of ['held', 'paused', 'resumed'] as const) {
        entriesIn(await kept.ledger.append(await story.say(said, id, T0 + MINUTE)));
      }
      const types = (await kept.projections.rollout(id))?.entries.map(({ type }) => type);
      expect(types).toEqual(['proposed', 'approved', 'created', 'started', 'ramped', 'paused', 'resumed']);
    });

    test('knows of no rollout and no feature that is not there', async () => {
      expect(await kept.projections.rollout('nobody')).toBeNull();
      expect(await kept.projections.customer('nobody')).toBeNull();
      expect(await names()).toEqual([]);
    });

    test('knows for customers what moved the exposure, and every contract that speaks of it or did so', async () => {
      const silent = await told('checkout', null, 'c1');
      await walk(silent, 'start', 'ramp');
      entriesIn(await kept.ledger.append(await story.say('held', silent, T0 + MINUTE)));
      entriesIn(await kept.ledger.append(await story.rollback(silent, T0 + 2 * MINUTE)));
      expect(await kept.projections.customer('checkout')).toBeNull();
      const id = await told('checkout', 'One page', 'c2');
      entriesIn(
        await kept.ledger.append(appendOf('checkout', [proposedDraft(contractOf('c3', 'checkout', null), T0 + 9)])),
      );
      await walk(id, 'start');
      const records = await kept.projections.customer('checkout');
      expect(records?.contracts.map(({ contract }) => contract.id).toSorted()).toEqual(['c1', 'c2']);
      expect(records?.milestones.map(({ type }) => type)).toEqual(['started', 'rolledBack', 'started']);
      expect(records?.state).toEqual((await story.featureOf('checkout')).state);
      expect(isFrozen(records)).toBe(true);
      expect(records === null ? null : customerView(records, T0 + MINUTE)).toMatchObject({
        capability: 'One page',
        stage: 'GENERAL',
        availability: 'limited',
      });
    });

    test('tells customers nothing of evidence', async () => {
      await walk(await told('checkout', 'One page'), 'start');
      const [milestone] = (await kept.projections.customer('checkout'))?.milestones ?? [];
      expect(Object.keys(milestone ?? {}).toSorted()).toEqual(
        ['at', 'contract', 'data', 'dryRun', 'rollout', 'seq', 'type'].toSorted(),
      );
    });

    test('lists features with words for customers, page by page, in an order that tells nothing', async () => {
      const keys = ['a', 'b', 'c', 'd', 'e'];
      for (const key of keys) await told(key, key === 'c' ? null : `name of ${key}`);
      const position = (key: string) => customerPosition(definitionOf(key));
      const expected = ['a', 'b', 'd', 'e'].toSorted((one, other) => (position(one) < position(other) ? -1 : 1));
      expect(await names()).toEqual(expected);
      expect(await names({ limit: 2 })).toEqual(expected.slice(0, 2));
      expect(await names({ limit: 2, after: position(expected[1] ?? '') })).toEqual(expected.slice(2));
      expect(await names({ after: position(expected[3] ?? '') })).toEqual([]);
      const [first] = await kept.projections.customers({ ...ALL, limit: 1 });
      expect(first?.position).toBe(position(expected[0] ?? ''));
    });

    test('lists the features that it is asked for and no others, and none that is archived', async () => {
      for (const key of ['a', 'b', 'c']) await told(key, `name of ${key}`);
      expect(await names({ features: ['b', 'nobody'] })).toEqual(['b']);
      expect(await names({ features: [] })).toEqual([]);
      await kept.features.update(definitionOf('b', { archivedAtMs: T0 + 1 }), {
        definitionVersion: 1,
        stateVersion: 0,
      });
      expect((await names()).toSorted()).toEqual(['a', 'c']);
      expect(await kept.projections.customer('b')).toBeNull();
    });
  });
}

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { EntryFeed } from '../../src/control/sight/entryFeed.ts';
import { RolloutNews } from '../../src/http/stream/rolloutNews.ts';
import { appendOf, contractOf, LedgerStory, proposedDraft, stopAppend } from '../support/ledgerStory.ts';
import { memoryLedger } from '../support/memoryLedger.ts';
import { person } from '../support/simulatedInstallation.ts';

const FEATURES = ['checkout-v2', 'accounts-v2', 'search'] as const;
const VIEWER = person('vera', 'viewer');

const eventSchema = z.object({
  type: z.enum(['listening', 'rollout', 'rolloutsMissed']),
  feature: z.string().optional(),
  seq: z.int().optional(),
});

/** Entries to be written, and whatever looks at them. */
async function ledgerOfFeatures() {
  const kept = memoryLedger();
  const story = new LedgerStory(kept);
  for (const feature of FEATURES) await story.feature(feature);
  let proposals = 0;
  const write = async (feature: string, entries = 1) => {
    for (let written = 0; written < entries; written += 1) {
      proposals += 1;
      await kept.ledger.append(appendOf(feature, [proposedDraft(contractOf(`contract-${proposals}`, feature))]));
    }
  };
  return { kept, write };
}

/** What a client of the stream knows: the id of the last event, and what it was told. */
class Listener {
  readonly heard: string[] = [];
  lastId: number | null = null;
  #news: RolloutNews | null = null;

  connect(feed: EntryFeed, who = VIEWER): void {
    this.#news = new RolloutNews(feed, who, this.lastId);
  }

  /** Takes at most so much; what was written in one piece comes in one piece, and may break off within. */
  read(most = Number.POSITIVE_INFINITY, breaksOffAfter = Number.POSITIVE_INFINITY): void {
    for (let taken = 0; taken < most; taken += 1) {
      const text = this.#news?.next()?.toString() ?? null;
      if (text === null) return;
      for (const block of text
        .split('\n\n')
        .filter((each) => each !== '')
        .slice(0, breaksOffAfter))
        this.#take(block);
      if (breaksOffAfter !== Number.POSITIVE_INFINITY) this.drop();
    }
  }

  drop(): void {
    this.#news = null;
  }

  #take(block: string): void {
    const { type, feature, seq } = eventSchema.parse(JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? ''));
    const id = /^id: (.*)$/m.exec(block)?.[1];
    if (id !== undefined) this.lastId = Number(id);
    this.heard.push(type === 'rollout' ? `${feature} ${seq}` : type);
  }
}

describe('what viewers are told of the ledger', () => {
  test('begins where they come, and is each entry with what a viewer needs of it', async () => {
    const { kept, write } = await ledgerOfFeatures();
    await write('search', 3);
    const feed = new EntryFeed(kept.ledger);
    await feed.look();
    const news = new RolloutNews(feed, VIEWER, null);
    expect(news.next()?.toString()).toBe('id: 3\ndata: {"type":"listening"}\n\n');
    await write('checkout-v2');
    await feed.look();
    const told = /^id: 4\ndata: (.*)\n\n$/.exec(news.next()?.toString() ?? '')?.[1] ?? '';
    expect(JSON.parse(told)).toEqual({
      ...{ type: 'rollout', rolloutId: null, feature: 'checkout-v2', seq: 1, entry: 'proposed', stage: null },
      ...{ percentage: null, reason: null, at: '2026-11-20T12:00:00.000Z' },
    });
    expect(news.next()).toBeNull();
  });

  test('is of the features that the token is for, and never of the installation', async () => {
    const { kept, write } = await ledgerOfFeatures();
    const feed = new EntryFeed(kept.ledger);
    await feed.look();
    const [bound, all] = [new Listener(), new Listener()];
    bound.connect(feed, { ...VIEWER, features: ['search'] });
    all.connect(feed);
    bound.read();
    all.read();
    for (const feature of FEATURES) await write(feature);
    await kept.ledger.append(stopAppend('stopSet'));
    await feed.look();
    bound.read();
    all.read();
    expect(bound.heard).toEqual(['listening', 'search 1']);
    expect(all.heard.toSorted()).toEqual(['accounts-v2 1', 'checkout-v2 1', 'listening', 'search 1']);
  });

  test('goes on when the ledger is back, with all that was written meanwhile', async () => {
    const { kept, write } = await ledgerOfFeatures();
    const feed = new EntryFeed(kept.ledger);
    const listener = new Listener();
    kept.cut();
    await feed.look();
    listener.connect(feed);
    listener.read();
    expect(listener.heard).toEqual([]);
    kept.mend();
    await feed.look();
    listener.read();
    kept.cut();
    await feed.look();
    kept.mend();
    await write('search', 2);
    await feed.look();
    listener.read();
    expect(listener.heard).toEqual(['listening', 'search 1', 'search 2']);
  });

  test('says so where entries were missed that are not told any more', async () => {
    const { kept, write } = await ledgerOfFeatures();
    const feed = new EntryFeed(kept.ledger);
    await write('search', 2);
    await feed.look();
    const listener = new Listener();
    for (const lastId of [1, 99]) {
      listener.lastId = lastId;
      listener.connect(feed);
      listener.read();
      expect([listener.heard.at(-1), listener.lastId]).toEqual(['rolloutsMissed', 2]);
    }
    await write('search', 1001);
    await feed.look();
    listener.read();
    expect([listener.heard.at(-1), listener.lastId]).toEqual(['rolloutsMissed', 1003]);
  });

  test('leaves no entry out, at whichever replica one resumes, or says that it did', async () => {
    const act = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({ kind: fc.constant('write' as const), feature: fc.constantFrom(...FEATURES) }),
      },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('look' as const), replica: fc.constantFrom(0, 1) }) },
      fc.record({ kind: fc.constant('connect' as const), replica: fc.constantFrom(0, 1) }),
      fc.record({
        kind: fc.constant('read' as const),
        breaksOffAfter: fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
        const { kept, write } = await ledgerOfFeatures();
        const feeds = [new EntryFeed(kept.ledger), new EntryFeed(kept.ledger)] as const;
        const listener = new Listener();
        await feeds[0].look();
        listener.connect(feeds[0]);
        listener.read();
        for (const each of acts) {
          if (each.kind === 'write') await write(each.feature);
          else if (each.kind === 'look') await feeds[each.replica === 0 ? 0 : 1].look();
          else if (each.kind === 'connect') listener.connect(feeds[each.replica === 0 ? 0 : 1]);
          else listener.read(1, each.breaksOffAfter);
        }
        await feeds[0].look();
        listener.connect(feeds[0]);
        listener.read();
        if (listener.heard.includes('rolloutsMissed')) return;
        const written = await Promise.all(
          FEATURES.map(async (feature) => {
            const entries = await kept.ledger.entries(feature, { afterSeq: 0, limit: 100 });
            return entries.map(({ seq }) => `${feature} ${seq}`);
          }),
        );
        expect([...new Set(listener.heard)].toSorted()).toEqual([...written.flat(), 'listening'].toSorted());
      }),
      { numRuns: 300 },
    );
  });
});

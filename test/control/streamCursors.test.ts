import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Configuration } from '../../src/control/flags/configuration.ts';
import { FlagView } from '../../src/control/flags/flagView.ts';
import { handFieldsOf } from '../../src/domain/feature/handFields.ts';
import type { StoredFlag } from '../../src/domain/feature/storedFlag.ts';
import { ChangeNotices } from '../../src/http/stream/changeNotices.ts';
import { DocumentFeed } from '../../src/http/stream/documentFeed.ts';
import type { EventCursor } from '../../src/http/stream/eventCursor.ts';
import { FlagEvents } from '../../src/http/stream/flagEvents.ts';
import { documentOf, grantOf } from '../domain/feature/documents.ts';
import { HeldClock } from '../support/clock.ts';
import { T0 } from '../support/ledgerStory.ts';

const FEATURES = ['a', 'b', 'c', 'd'] as const;
type Feature = (typeof FEATURES)[number];
const STALE_AFTER_SECONDS = 60;

const eventSchema = z.object({
  type: z.enum(['refetchEvaluation', 'flag', 'alive']),
  etag: z.string(),
  feature: z.string().optional(),
  document: z.unknown().optional(),
});

/** One Sluice, that has heard of the first changes of a common log. */
class Replica {
  readonly view: FlagView;
  readonly configuration: Configuration;
  heard = 0;

  constructor(clock: HeldClock) {
    const monotonicMs = () => clock.nowMs();
    this.view = new FlagView({ monotonicMs, staleAfterMs: STALE_AFTER_SECONDS * 1000, hardKilled: () => false });
    this.view.confirmed(clock.nowMs());
    this.configuration = new Configuration(this.view, clock);
  }

  events(features: readonly string[] | null): FlagEvents {
    return new FlagEvents(this.configuration, features);
  }

  hear(log: readonly StoredFlag[], upTo: number): void {
    for (; this.heard < Math.min(upTo, log.length); this.heard += 1) {
      const flag = log[this.heard];
      if (flag !== undefined) this.view.changed(flag);
    }
  }
}

/** What a snapshot of these features is at a replica. */
function snapshotAt(replica: Replica, features: readonly string[] | null) {
  const { scope } = replica.events(features);
  const documents = scope.texts().map((text) => z.looseObject({ feature: z.string() }).parse(JSON.parse(text)));
  return { tag: scope.tag(), documents: new Map<string, unknown>(documents.map((each) => [each.feature, each])) };
}

/** Applies what it is told, and asks for all where it is told to, as `docs/adr/0015` has it. */
class Reader {
  readonly #features: readonly string[] | null;
  documents = new Map<string, unknown>();
  tag: string | null = null;
  #cursor: EventCursor | null = null;
  #connected: Replica | null = null;

  constructor(features: readonly string[] | null) {
    this.#features = features;
  }

  get isConnected(): boolean {
    return this.#cursor !== null;
  }

  connect(replica: Replica): void {
    this.#connected = replica;
    this.#cursor = new DocumentFeed(replica.events(this.#features), this.tag);
  }

  drop(): void {
    this.#cursor = null;
  }

  /** Takes at most so many events; what it must ask for is answered by `asked`, or by whom it is connected to. */
  read(most: number, asked: Replica | null = this.#connected): void {
    for (let taken = 0; taken < most; taken += 1) {
      const bytes = this.#cursor?.next() ?? null;
      if (bytes === null || asked === null) return;
      this.#take(bytes.toString(), asked);
    }
  }

  #take(text: string, asked: Replica): void {
    const event = eventSchema.parse(JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? ''));
    if (event.type === 'refetchEvaluation') this.#fetch(event.etag, asked);
    if (event.type !== 'flag') return;
    if (event.document === null) this.documents.delete(event.feature ?? '');
    else this.documents.set(event.feature ?? '', event.document);
    this.tag = event.etag;
  }

  #fetch(etag: string, asked: Replica): void {
    Object.assign(this, snapshotAt(asked, this.#features));
    // It is not what the stream goes on from: that must go on from what is here.
    if (this.tag !== etag) this.drop();
  }
}

type Act =
  | {
      readonly kind: 'change';
      readonly feature: Feature;
      readonly percentage: number;
      readonly needs: readonly Feature[];
    }
  | { readonly kind: 'archive'; readonly feature: Feature }
  | { readonly kind: 'hear'; readonly replica: 0 | 1 | null; readonly changes: number }
  | { readonly kind: 'connect'; readonly replica: 0 | 1 }
  | { readonly kind: 'read'; readonly most: number; readonly asked: 0 | 1 | null }
  | { readonly kind: 'drop' };

const feature = fc.constantFrom(...FEATURES);
const replica = fc.constantFrom<0 | 1>(0, 1);
const either = fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, replica);
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      feature,
      percentage: fc.integer({ min: 0, max: 3 }),
      needs: fc.uniqueArray(feature, { maxLength: 1 }),
    }),
  },
  fc.record({ kind: fc.constant('archive' as const), feature }),
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('hear' as const), replica: either, changes: fc.constantFrom(1, 4) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('connect' as const), replica }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('read' as const), most: fc.integer({ min: 1, max: 5 }), asked: either }),
  },
  fc.constant({ kind: 'drop' as const }),
);

/** What the store tells of a change: versions grow, so that an older one never counts. */
function storedOf(act: Extract<Act, { kind: 'change' | 'archive' }>, version: number): StoredFlag {
  if (act.kind === 'archive') return { kind: 'archived', feature: act.feature, version };
  const prerequisites = act.needs.map((needed) => ({ feature: needed, variant: 'on' as const }));
  const document = documentOf({ feature: act.feature, version, grants: [grantOf(act.percentage)], prerequisites });
  return { kind: 'flag', feature: act.feature, document, hand: handFieldsOf(document) };
}

const heardBy = <T>(replica: 0 | 1 | null, all: readonly [T, T]) => (replica === null ? all : [all[replica]]);

/** Plays the acts on two replicas of one log. `on` is told of everything that is not about the log. */
function play(acts: readonly Act[], on: (act: Act, replicas: readonly [Replica, Replica]) => void) {
  const clock = new HeldClock(T0);
  const replicas = [new Replica(clock), new Replica(clock)] as const;
  const log: StoredFlag[] = [];
  for (const act of acts) {
    if (act.kind === 'change' || act.kind === 'archive') log.push(storedOf(act, log.length + 1));
    else if (act.kind !== 'hear') on(act, replicas);
    else for (const each of heardBy(act.replica, replicas)) each.hear(log, each.heard + act.changes);
  }
  return { replicas, hearAll: () => replicas.forEach((each) => void each.hear(log, log.length)) };
}

const SEEN = fc.constantFrom<readonly string[] | null>(null, ['a'], ['b', 'c']);

describe('a reader of the stream of documents', () => {
  test('ends with what the snapshot has, however changes, connects, drops and resumes fall', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), SEEN, replica, (acts, features, last) => {
        const reader = new Reader(features);
        const { replicas, hearAll } = play(acts, (act, all) => {
          if (act.kind === 'connect' && !reader.isConnected) reader.connect(all[act.replica]);
          if (act.kind === 'read') reader.read(act.most, act.asked === null ? undefined : all[act.asked]);
          if (act.kind === 'drop') reader.drop();
        });
        hearAll();
        // Still connected, it need not come again; else it does, to either.
        reader.read(1000, replicas[last]);
        if (!reader.isConnected) reader.connect(replicas[last]);
        reader.read(1000, replicas[last]);
        const expected = snapshotAt(replicas[last], features);
        expect({ tag: reader.tag ?? expected.tag, documents: reader.documents }).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  test('finds the same tag on both replicas, whichever changes these were told of in between', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), SEEN, (acts, features) => {
        const { replicas, hearAll } = play(acts, () => undefined);
        hearAll();
        expect(snapshotAt(replicas[0], features)).toEqual(snapshotAt(replicas[1], features));
      }),
    );
  });
});

describe('a reader of notices', () => {
  test('is not left with an old answer, even of a replica that had not heard: it is told to ask again', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), replica, (acts, last) => {
        let [cursor, answer]: [EventCursor | null, string | null] = [null, null];
        const ask = (asked: Replica) => {
          if ((cursor?.next() ?? null) !== null) answer = snapshotAt(asked, null).tag;
        };
        const { replicas, hearAll } = play([{ kind: 'connect', replica: 0 }, ...acts], (act, all) => {
          // By an EventSource, which knows the id of the last event that it was told.
          if (act.kind === 'connect') cursor ??= new ChangeNotices(all[act.replica].events(null), null);
          if (act.kind === 'read') ask(all[act.asked ?? 1]);
        });
        ask(replicas[last]);
        hearAll();
        ask(replicas[last]);
        // Long enough for every replica to have heard, or to be stale.
        for (let second = 0; second < STALE_AFTER_SECONDS + 2; second += 1) {
          if ((cursor as EventCursor | null)?.beat() !== null) answer = snapshotAt(replicas[last], null).tag;
        }
        expect(answer).toBe(snapshotAt(replicas[last], null).tag);
      }),
      { numRuns: 500 },
    );
  });
});

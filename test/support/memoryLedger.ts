import { MemoryAcknowledgements } from '../../src/adapters/memory/acknowledgements.ts';
import {
  type Conflict,
  planAppend,
  type Standing,
  type StoredRollout,
  spokenOf,
} from '../../src/adapters/postgres/appendPlan.ts';
import type { Postgres } from '../../src/adapters/postgres/openPostgres.ts';
import type { Append, Appended, Ledger } from '../../src/control/ports/ledger.ts';
import { acknowledgementsOver } from './cutAcknowledgements.ts';
import { projectionsOver } from './memoryProjections.ts';
import { contractsOver, featuresOver, idempotencyOver, outboxOver, tokensOver } from './memoryRegisters.ts';
import { rolloutsOver } from './memoryRollouts.ts';
import { copyOf, MemoryStore, type Row } from './memoryStore.ts';
import { waiversOver } from './memoryWaivers.ts';

/** Everything that PostgreSQL keeps, kept in memory: for tests of control that need a ledger and no database. */
export type MemoryLedger = Omit<Postgres, 'close' | 'prepare'> & {
  /** From now on everything throws `LedgerUnreachable`, until `mend`. */
  readonly cut: () => void;
  readonly mend: () => void;
};

export function memoryLedger(environment = 'test'): MemoryLedger {
  const store = new MemoryStore();
  return {
    ledger: ledgerOver(store, environment),
    features: featuresOver(store),
    contracts: contractsOver(store),
    waivers: waiversOver(store),
    rollouts: rolloutsOver(store),
    installation: { get: () => store.step(() => store.installation) },
    tokens: tokensOver(store),
    idempotency: idempotencyOver(store),
    outbox: outboxOver(store),
    projections: projectionsOver(store),
    acknowledgements: acknowledgementsOver(new MemoryAcknowledgements(), () => store.step(() => undefined)),
    cut: () => {
      store.away = true;
    },
    mend: () => {
      store.away = false;
    },
  };
}

function ledgerOver(store: MemoryStore, environment: string): Ledger {
  return {
    append: (append) => store.step(() => appendTo(store, append, environment)),
    entries: (chain, { afterSeq, limit }) =>
      store.step(() => (store.chains.get(chain) ?? []).filter((entry) => entry.seq > afterSeq).slice(0, limit)),
    entriesOfRollout: (rolloutId, { afterSeq, limit }) =>
      store.step(() =>
        [...store.chains.values()]
          .flat()
          .filter((entry) => entry.rollout === rolloutId && entry.seq > afterSeq)
          .slice(0, limit),
      ),
    head: (chain) => store.step(() => store.headOf(chain)),
    count: () => store.step(() => [...store.chains.values()].flat().length),
    heads: async () =>
      new Map(
        await store.step(() => Array.from(store.chains, ([chain, { length }]): [string, number] => [chain, length])),
      ),
    ping: () => store.step(() => undefined),
  };
}

function appendTo(store: MemoryStore, append: Append, environment: string): Appended {
  // Copied only once it is planned: a draft that canonical JSON refuses must be refused here, too.
  const plan = copyOf(planAppend(standingOf(store, append), append, environment));
  if (plan.kind === 'conflict') return plan;
  const planned = new Set(plan.rollouts.map(({ state }) => state.id));
  const others = [...store.rollouts].filter(([id, row]) => row.live && !planned.has(id)).map(([, row]) => row);
  const live = plan.rollouts.filter((rollout) => rollout.live);
  const lost = lostTo(append, others, live);
  if (lost !== null) return { kind: 'conflict', over: lost };

  const { chain, recordedAtMs } = append;
  store.chains.set(chain, [...(store.chains.get(chain) ?? []), ...plan.entries]);
  for (const contract of plan.contracts) store.contracts.set(contract.contract.id, contract);
  for (const waiver of plan.waivers) store.waivers.set(waiver.waiverId, waiver);
  for (const { tick, leaseEnds, isNew: _, ...rollout } of plan.rollouts) {
    const before = store.rollouts.get(rollout.state.id);
    const leaseUntilMs = leaseEnds ? null : (before?.leaseUntilMs ?? null);
    store.rollouts.set(rollout.state.id, { ...rollout, tick: tick ?? before?.tick ?? null, leaseUntilMs });
    if (tick !== null) store.keepTick(rollout.state.id, tick);
  }
  const feature = store.features.get(chain);
  if (feature !== undefined && plan.feature !== null) store.features.set(chain, { ...feature, state: plan.feature });
  if (plan.installation !== null) store.installation = plan.installation;
  for (const notice of copyOf(append.notices)) {
    store.noticesSoFar += 1;
    store.outbox.set(String(store.noticesSoFar), { notice, attempts: 0, dueAtMs: recordedAtMs });
  }
  return { kind: 'appended', entries: plan.entries };
}

function standingOf(store: MemoryStore, append: Append): Standing {
  const { contractIds, waiverIds, rolloutIds } = spokenOf(append);
  return {
    head: store.headOf(append.chain),
    feature: store.features.get(append.chain) ?? null,
    installation: store.installation,
    contracts: new Map([...store.contracts].filter(([id]) => contractIds.includes(id))),
    waivers: new Map([...store.waivers].filter(([id]) => waiverIds.includes(id))),
    rollouts: new Map([...store.rollouts].filter(([id]) => rolloutIds.includes(id)).map(stored)),
  };
}

const stored = ([id, row]: readonly [string, Row]): [string, StoredRollout] => [
  id,
  { ...row, tickAtMs: row.tick?.poll.atMs ?? null },
];

type WithState = Pick<StoredRollout, 'state'>;

function lostTo(
  { expected }: Append,
  others: readonly WithState[],
  live: readonly WithState[],
): Conflict['over'] | null {
  if (expected.maxLive !== undefined && others.length + live.length > expected.maxLive) return 'concurrency';
  const isTaken = live.some(({ state }) => others.some((other) => other.state.feature === state.feature));
  return isTaken ? 'feature' : null;
}

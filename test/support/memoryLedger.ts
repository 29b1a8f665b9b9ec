import {
  type Conflict,
  planAppend,
  type Standing,
  type StoredRollout,
  spokenOf,
} from '../../src/adapters/postgres/appendPlan.ts';
import type { Postgres } from '../../src/adapters/postgres/openPostgres.ts';
import type { ContractRegister } from '../../src/control/ports/contractRegister.ts';
import type { Cursor, FeatureRecord, FeatureRegister } from '../../src/control/ports/featureRegister.ts';
import {
  type IdempotencyRegister,
  type IdempotentAnswer,
  KEPT_MS,
} from '../../src/control/ports/idempotencyRegister.ts';
import { type Append, type Appended, type Ledger, LedgerUnreachable } from '../../src/control/ports/ledger.ts';
import type { Notice, Outbox } from '../../src/control/ports/outbox.ts';
import type { Claim, RolloutRecord, RolloutRegister, Tick } from '../../src/control/ports/rolloutRegister.ts';
import type { TokenRecord, TokenRegister } from '../../src/control/ports/tokenRegister.ts';
import { closedFeature } from '../../src/domain/feature/featureState.ts';
import type { ContractState } from '../../src/domain/governance/contractState.ts';
import { type InstallationState, NEW_INSTALLATION } from '../../src/domain/governance/installationState.ts';
import { EMPTY_CHAIN, headOf } from '../../src/domain/ledger/chain.ts';
import type { Entry } from '../../src/domain/ledger/entry.ts';
import { isTerminal } from '../../src/domain/rollout/state.ts';

/** Everything that PostgreSQL keeps, kept in memory: for tests of control that need a ledger and no database. */
export type MemoryLedger = Omit<Postgres, 'close'> & {
  /** From now on everything throws `LedgerUnreachable`, until `mend`. */
  readonly cut: () => void;
  readonly mend: () => void;
};

type Row = StoredRollout & { readonly live: boolean; readonly tick: Tick | null; readonly leaseUntilMs: number | null };
type Held = { readonly requestHash: string; readonly begunAtMs: number; readonly answer: IdempotentAnswer | null };
type Waiting = { readonly notice: Notice; readonly attempts: number; readonly dueAtMs: number | null };

class Store {
  readonly chains = new Map<string, Entry[]>();
  readonly features = new Map<string, FeatureRecord>();
  readonly contracts = new Map<string, ContractState>();
  readonly rollouts = new Map<string, Row>();
  readonly ticks = new Map<string, Map<number, Tick>>();
  readonly tokens = new Map<string, TokenRecord>();
  readonly revoked = new Set<string>();
  readonly idempotency = new Map<string, Held>();
  readonly outbox = new Map<string, Waiting>();
  installation: InstallationState = NEW_INSTALLATION;
  noticesSoFar = 0;
  away = false;

  /** One step, as one transaction is: nobody comes in between. What goes out is a copy, as from a database. */
  async step<T>(work: () => T): Promise<T> {
    if (this.away) throw new LedgerUnreachable('the memory was told to be away');
    return copyOf(work());
  }

  headOf(chain: string) {
    const last = this.chains.get(chain)?.at(-1);
    return last === undefined ? EMPTY_CHAIN : headOf(last);
  }

  keepTick(id: string, tick: Tick): void {
    const kept = this.ticks.get(id) ?? new Map<number, Tick>();
    this.ticks.set(id, kept.set(tick.poll.atMs, copyOf(tick)));
  }
}

export function memoryLedger(environment = 'test'): MemoryLedger {
  const store = new Store();
  return {
    ledger: ledgerOver(store, environment),
    features: featuresOver(store),
    contracts: contractsOver(store),
    rollouts: rolloutsOver(store),
    installation: { get: () => store.step(() => store.installation) },
    tokens: tokensOver(store),
    idempotency: idempotencyOver(store),
    outbox: outboxOver(store),
    cut: () => {
      store.away = true;
    },
    mend: () => {
      store.away = false;
    },
  };
}

function ledgerOver(store: Store, environment: string): Ledger {
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
    ping: () => store.step(() => undefined),
  };
}

function appendTo(store: Store, append: Append, environment: string): Appended {
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

function standingOf(store: Store, append: Append): Standing {
  const { contractIds, rolloutIds } = spokenOf(append);
  return {
    head: store.headOf(append.chain),
    feature: store.features.get(append.chain)?.state ?? null,
    installation: store.installation,
    contracts: new Map([...store.contracts].filter(([id]) => contractIds.includes(id))),
    rollouts: new Map([...store.rollouts].filter(([id]) => rolloutIds.includes(id))),
  };
}

function lostTo(
  { expected }: Append,
  others: readonly StoredRollout[],
  live: readonly StoredRollout[],
): Conflict['over'] | null {
  if (expected.maxLive !== undefined && others.length + live.length > expected.maxLive) return 'concurrency';
  const isTaken = live.some(({ state }) => others.some((other) => other.state.feature === state.feature));
  return isTaken ? 'feature' : null;
}

function featuresOver(store: Store): FeatureRegister {
  return {
    add: (definition) =>
      store.step(() => {
        if (store.features.has(definition.key)) return false;
        const state = closedFeature(definition.createdAtMs);
        store.features.set(definition.key, copyOf({ definition, definitionVersion: 1, state }));
        return true;
      }),
    get: (key) => store.step(() => store.features.get(key) ?? null),
    list: ({ owner, archived }, { after, limit }) =>
      store.step(() =>
        [...store.features.values()]
          .filter(({ definition }) => owner === undefined || definition.owner === owner)
          .filter(({ definition }) => archived === undefined || (definition.archivedAtMs !== null) === archived)
          .filter(({ definition }) => after === null || definition.key > after)
          .sort((one, other) => (one.definition.key < other.definition.key ? -1 : 1))
          .slice(0, limit),
      ),
    update: (definition, expectedVersion) =>
      store.step(() => {
        const found = store.features.get(definition.key);
        if (found?.definitionVersion !== expectedVersion) return false;
        store.features.set(
          definition.key,
          copyOf({ ...found, definition, definitionVersion: found.definitionVersion + 1 }),
        );
        return true;
      }),
  };
}

function contractsOver(store: Store): ContractRegister {
  const named = (state: ContractState) => ({ id: state.contract.id, bornAtMs: state.proposedAtMs, state });
  return {
    get: (id) => store.step(() => store.contracts.get(id) ?? null),
    list: ({ feature }, cursor) =>
      store.step(() => {
        const all = [...store.contracts.values()].map(named);
        const fits = ({ contract }: ContractState) => feature === undefined || contract.feature === feature;
        return newestFirst(all, cursor, fits);
      }),
  };
}

function rolloutsOver(store: Store): RolloutRegister {
  const held = (claim: Pick<Claim, 'state' | 'fence'>) => {
    const row = store.rollouts.get(claim.state.id);
    return row?.fence === claim.fence ? row : null;
  };
  return {
    claimDue: ({ nowMs, limit, leaseMs }) =>
      store.step(() =>
        [...store.rollouts.values()]
          .filter(
            (row) =>
              !isTerminal(row.state.wedgeState) &&
              row.nextCheckAtMs !== null &&
              row.nextCheckAtMs <= nowMs &&
              (row.leaseUntilMs ?? nowMs) <= nowMs,
          )
          .sort((one, other) => (one.nextCheckAtMs ?? 0) - (other.nextCheckAtMs ?? 0))
          .slice(0, limit)
          .flatMap((row) => {
            const claimed = { ...row, leaseUntilMs: nowMs + leaseMs, fence: row.fence + 1 };
            store.rollouts.set(row.state.id, claimed);
            const feature = store.features.get(row.state.feature);
            if (feature === undefined) return [];
            const headSeq = store.headOf(row.state.feature).seq;
            return [{ ...recordOf(claimed), fence: claimed.fence, headSeq, feature }];
          }),
      ),
    storeTick: (claim, tick, nextCheckAtMs) =>
      store.step(() => {
        const row = held(claim);
        if (row?.state.version !== claim.state.version) return false;
        store.rollouts.set(row.state.id, { ...row, tick: copyOf(tick), nextCheckAtMs, leaseUntilMs: null });
        store.keepTick(row.state.id, tick);
        return true;
      }),
    release: (claim, nextCheckAtMs) =>
      store.step(() => {
        const row = held(claim);
        if (row === null || row.nextCheckAtMs === null) return;
        store.rollouts.set(row.state.id, { ...row, nextCheckAtMs, leaseUntilMs: null });
      }),
    get: (id) =>
      store.step(() => {
        const row = store.rollouts.get(id);
        return row === undefined ? null : recordOf(row);
      }),
    list: ({ feature, wedgeState, dryRun }, cursor) =>
      store.step(() => {
        const all = [...store.rollouts.values()].map((row) => ({
          id: row.state.id,
          bornAtMs: row.state.createdAtMs,
          state: recordOf(row),
        }));
        return newestFirst(
          all,
          cursor,
          ({ state }) =>
            (feature === undefined || state.feature === feature) &&
            (wedgeState === undefined || state.wedgeState === wedgeState) &&
            (dryRun === undefined || state.dryRun === dryRun),
        );
      }),
    ticks: (id, { fromMs, toMs, limit }) =>
      store.step(() =>
        [...(store.ticks.get(id)?.values() ?? [])]
          .filter(({ poll }) => poll.atMs >= fromMs && poll.atMs <= toMs)
          .sort((one, other) => one.poll.atMs - other.poll.atMs)
          .slice(0, limit),
      ),
    countLive: () => store.step(() => [...store.rollouts.values()].filter((row) => row.live).length),
    forgetTicksBefore: (beforeMs) =>
      store.step(() => {
        for (const [id, kept] of store.ticks) {
          const lastMs = store.rollouts.get(id)?.tick?.poll.atMs;
          for (const atMs of kept.keys()) if (atMs < beforeMs && atMs !== lastMs) kept.delete(atMs);
        }
      }),
  };
}

const recordOf = ({ state, tick, nextCheckAtMs }: Row): RolloutRecord => ({ state, tick, nextCheckAtMs });

function tokensOver(store: Store): TokenRegister {
  return {
    add: (token) =>
      store.step(() => {
        if (store.tokens.has(token.tokenId)) throw new Error(`token ${token.tokenId} is there already`);
        store.tokens.set(token.tokenId, copyOf(token));
      }),
    all: () => store.step(() => [...store.tokens.values()].filter(({ tokenId }) => !store.revoked.has(tokenId))),
    revoke: (tokenId) =>
      store.step(() => {
        if (!store.tokens.has(tokenId) || store.revoked.has(tokenId)) return false;
        store.revoked.add(tokenId);
        return true;
      }),
  };
}

function idempotencyOver(store: Store): IdempotencyRegister {
  const placeOf = (tokenId: string, key: string) => JSON.stringify([tokenId, key]);
  return {
    begin: (tokenId, key, requestHash, nowMs) =>
      store.step(() => {
        const place = placeOf(tokenId, key);
        const held = store.idempotency.get(place);
        if (held === undefined || held.begunAtMs <= nowMs - KEPT_MS) {
          store.idempotency.set(place, { requestHash, begunAtMs: nowMs, answer: null });
          return { kind: 'fresh' };
        }
        if (held.requestHash !== requestHash) return { kind: 'mismatch' };
        return held.answer === null ? { kind: 'busy' } : { kind: 'answered', answer: held.answer };
      }),
    keep: (tokenId, key, answer) =>
      store.step(() => {
        const held = store.idempotency.get(placeOf(tokenId, key));
        if (held?.requestHash !== answer.requestHash) return;
        store.idempotency.set(placeOf(tokenId, key), { ...held, answer: copyOf(answer) });
      }),
    abandon: (tokenId, key) =>
      store.step(() => {
        const place = placeOf(tokenId, key);
        if (store.idempotency.get(place)?.answer === null) store.idempotency.delete(place);
      }),
    forgetBefore: (beforeMs) =>
      store.step(() => {
        for (const [place, held] of store.idempotency) if (held.begunAtMs < beforeMs) store.idempotency.delete(place);
      }),
  };
}

function outboxOver(store: Store): Outbox {
  return {
    claim: (nowMs, limit, leaseMs) =>
      store.step(() =>
        [...store.outbox]
          .filter(([, { dueAtMs }]) => dueAtMs !== null && dueAtMs <= nowMs)
          .slice(0, limit)
          .map(([id, waiting]) => {
            store.outbox.set(id, { ...waiting, dueAtMs: nowMs + leaseMs });
            return { id, notice: waiting.notice, attempts: waiting.attempts };
          }),
      ),
    delivered: (id) =>
      store.step(() => {
        store.outbox.delete(id);
      }),
    failed: (id, _detail, retryAtMs) =>
      store.step(() => {
        const waiting = store.outbox.get(id);
        if (waiting === undefined) return;
        store.outbox.set(id, { ...waiting, attempts: waiting.attempts + 1, dueAtMs: retryAtMs });
      }),
  };
}

/** By birth, the later first, ids breaking ties; after the one that the cursor names. */
function newestFirst<T>(
  all: readonly { readonly id: string; readonly bornAtMs: number; readonly state: T }[],
  { after, limit }: Cursor,
  fits: (state: T) => boolean,
): readonly T[] {
  const ordered = [...all].sort(
    (one, other) => other.bornAtMs - one.bornAtMs || (one.id < other.id ? 1 : one.id > other.id ? -1 : 0),
  );
  const from = after === null ? 0 : ordered.findIndex(({ id }) => id === after) + 1;
  const found = after !== null && from === 0 ? [] : ordered.slice(from);
  return found
    .map(({ state }) => state)
    .filter(fits)
    .slice(0, limit);
}

/** As it would come back from a database. */
function copyOf<T>(value: T): T {
  if (value === undefined) return value;
  return JSON.parse(JSON.stringify(value)) as T;
}

import type { ContractRegister } from '../../src/control/ports/contractRegister.ts';
import { type FeatureRegister, seenOf, versionOf } from '../../src/control/ports/featureRegister.ts';
import { type IdempotencyRegister, KEPT_MS } from '../../src/control/ports/idempotencyRegister.ts';
import type { Outbox } from '../../src/control/ports/outbox.ts';
import type { TokenRegister } from '../../src/control/ports/tokenRegister.ts';
import { closedFeature } from '../../src/domain/feature/featureState.ts';
import { sameJson } from '../../src/domain/feature/sameJson.ts';
import type { ContractState } from '../../src/domain/governance/contractState.ts';
import { copyOf, type MemoryStore } from './memoryStore.ts';
import { newestFirst } from './newestFirst.ts';

export function featuresOver(store: MemoryStore): FeatureRegister {
  return {
    add: (definition) =>
      store.step(() => {
        if (store.features.has(definition.key)) return false;
        const state = closedFeature(definition.createdAtMs);
        store.features.set(definition.key, copyOf({ definition, definitionVersion: 1, state }));
        return true;
      }),
    get: (key) => store.step(() => store.features.get(key) ?? null),
    some: (keys) =>
      store.step(() => [...store.features.values()].filter(({ definition }) => keys.includes(definition.key))),
    marks: ({ after, limit }) =>
      store.step(() =>
        [...store.features.values()]
          .map((feature) => ({ key: feature.definition.key, mark: String(versionOf(feature)) }))
          .filter(({ key }) => after === null || key > after)
          .sort((one, other) => (one.key < other.key ? -1 : 1))
          .slice(0, limit),
      ),
    list: ({ owner, archived }, { after, limit }) =>
      store.step(() =>
        [...store.features.values()]
          .filter(({ definition }) => owner === undefined || definition.owner === owner)
          .filter(({ definition }) => archived === undefined || (definition.archivedAtMs !== null) === archived)
          .filter(({ definition }) => after === null || definition.key > after)
          .sort((one, other) => (one.definition.key < other.definition.key ? -1 : 1))
          .slice(0, limit),
      ),
    confirming: (limit) =>
      store.step(() =>
        [...store.features.values()]
          .filter(({ state }) => state.confirmationsPending.length > 0)
          .sort((one, other) => (one.definition.key < other.definition.key ? -1 : 1))
          .slice(0, limit),
      ),
    update: (definition, seen) =>
      store.step(() => {
        const found = store.features.get(definition.key);
        if (found === undefined || !sameJson(seenOf(found), seen)) return false;
        store.features.set(
          definition.key,
          copyOf({ ...found, definition, definitionVersion: found.definitionVersion + 1 }),
        );
        return true;
      }),
  };
}

export function contractsOver(store: MemoryStore): ContractRegister {
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

export function tokensOver(store: MemoryStore): TokenRegister {
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

export function idempotencyOver(store: MemoryStore): IdempotencyRegister {
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

export function outboxOver(store: MemoryStore): Outbox {
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

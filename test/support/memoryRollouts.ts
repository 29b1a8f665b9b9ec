import type { Claim, RolloutRecord, RolloutRegister } from '../../src/control/ports/rolloutRegister.ts';
import { copyOf, type MemoryStore, type Row } from './memoryStore.ts';
import { newestFirst } from './newestFirst.ts';

export function rolloutsOver(store: MemoryStore): RolloutRegister {
  const held = (claim: Pick<Claim, 'state' | 'fence'>) => {
    const row = store.rollouts.get(claim.state.id);
    return row?.fence === claim.fence ? row : null;
  };
  return {
    claimDue: ({ nowMs, limit, leaseMs }) =>
      store.step(() =>
        [...store.rollouts.values()]
          .filter(
            (row) => row.nextCheckAtMs !== null && row.nextCheckAtMs <= nowMs && (row.leaseUntilMs ?? nowMs) <= nowMs,
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
    dueAfterSetBack: (nowMs) =>
      store.step(() => {
        for (const row of store.rollouts.values()) {
          const isAhead = (row.nextCheckAtMs ?? nowMs) > nowMs && (row.tick?.poll.atMs ?? nowMs) > nowMs;
          if (isAhead) store.rollouts.set(row.state.id, { ...row, nextCheckAtMs: nowMs, leaseUntilMs: null });
        }
      }),
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

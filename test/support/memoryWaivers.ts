import type { WaiverRegister } from '../../src/control/ports/waiverRegister.ts';
import { recordedStanding, type WaiverState, waiverStanding } from '../../src/domain/governance/waiverState.ts';
import type { MemoryStore } from './memoryStore.ts';
import { newestFirst } from './newestFirst.ts';

export function waiversOver(store: MemoryStore): WaiverRegister {
  const named = (state: WaiverState) => ({ id: state.waiverId, bornAtMs: state.requestedAtMs, state });
  const all = () => [...store.waivers.values()];
  return {
    get: (id) => store.step(() => store.waivers.get(id) ?? null),
    list: ({ feature, standing }, nowMs, cursor) =>
      store.step(() =>
        newestFirst(
          all().map(named),
          cursor,
          (waiver) =>
            (feature === undefined || waiver.feature === feature) &&
            (standing === undefined || waiverStanding(waiver, nowMs) === standing),
        ),
      ),
    ofPlan: (feature, planDigest) =>
      store.step(() =>
        all()
          .filter((waiver) => waiver.feature === feature && waiver.planDigest === planDigest)
          .toSorted(inOrderOf(({ requestedAtMs }) => requestedAtMs)),
      ),
    over: (nowMs, limit) =>
      store.step(() =>
        all()
          .filter(
            (waiver) => ['requested', 'approved'].includes(recordedStanding(waiver)) && waiver.expiresAtMs <= nowMs,
          )
          .toSorted(inOrderOf(({ expiresAtMs }) => expiresAtMs))
          .slice(0, limit),
      ),
  };
}

const inOrderOf = (msOf: (waiver: WaiverState) => number) => (one: WaiverState, other: WaiverState) =>
  msOf(one) - msOf(other) || (one.waiverId < other.waiverId ? -1 : 1);

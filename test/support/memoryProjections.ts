import type { ListedFeature, ProjectionReader } from '../../src/control/ports/projectionReader.ts';
import type { Entry } from '../../src/domain/ledger/entry.ts';
import type { CustomerRecords } from '../../src/domain/projection/customer.ts';
import { customerPosition } from '../../src/domain/projection/customerPosition.ts';
import { estimatesOf, type Period } from '../../src/domain/projection/effectiveness.ts';
import { frozen } from '../../src/domain/projection/frozen.ts';
import { HAPPENINGS, type Happening, type HappeningType } from '../../src/domain/projection/happening.ts';
import { MILESTONES, type Milestone } from '../../src/domain/projection/milestone.ts';
import { LINEAGE } from '../../src/domain/projection/rolloutRecords.ts';
import type { MemoryStore } from './memoryStore.ts';

export function projectionsOver(store: MemoryStore): ProjectionReader {
  const customers: ProjectionReader['customers'] = async ({ after, limit, features }) =>
    frozen(
      await store.step(() =>
        [...store.features.values()]
          .filter(({ definition }) => definition.archivedAtMs === null)
          .filter(({ definition }) => features === null || features.includes(definition.key))
          .flatMap(({ definition }): readonly ListedFeature[] => {
            const records = customerRecords(store, definition.key);
            return records === null ? [] : [{ position: customerPosition(definition), records }];
          })
          .filter(({ position }) => after === null || position > after)
          .sort((one, other) => (one.position < other.position ? -1 : 1))
          .slice(0, limit),
      ),
    );
  return {
    happenings: async (period, features) => frozen(await store.step(() => happeningsIn(store, period, features))),
    customers,
    customer: async (feature) => (await customers({ after: null, limit: 1, features: [feature] }))[0]?.records ?? null,
    rollout: async (id) =>
      frozen(
        await store.step(() => {
          const rollout = store.rollouts.get(id)?.state;
          if (rollout === undefined) return null;
          const entries = (store.chains.get(rollout.feature) ?? [])
            .filter(({ type }) => LINEAGE.some((told) => told === type))
            .filter((entry) =>
              entry.rollout === null ? entry.contract === rollout.contract.id : entry.rollout === rollout.id,
            );
          return { rollout, contract: store.contracts.get(rollout.contract.id) ?? null, entries };
        }),
      ),
  };
}

function happeningsIn(store: MemoryStore, { fromMs, toMs }: Period, features: readonly string[] | null) {
  const told = [...store.chains.entries()]
    .filter(([chain]) => features === null || features.includes(chain))
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([, entries]) => entries)
    .filter((entry): entry is Extract<typeof entry, { type: HappeningType }> =>
      HAPPENINGS.some((type) => type === entry.type),
    );
  const isWithin = ({ at }: Entry) => Date.parse(at) >= fromMs && Date.parse(at) < toMs;
  const met = new Set(told.filter(isWithin).map(({ rollout }) => rollout));
  const found = told.filter((entry) => isWithin(entry) || (entry.rollout !== null && met.has(entry.rollout)));
  const rollouts = [...store.rollouts.values()].filter(({ state }) =>
    found.some(({ rollout }) => rollout === state.id),
  );
  return {
    happenings: found.map(happeningOf),
    affectedCustomers: Object.fromEntries(
      rollouts.map(({ state }) => [state.id, estimatesOf(state.contract.rolloutWedge.wedgeStages)]),
    ),
  };
}

function happeningOf(entry: Extract<Entry, { type: HappeningType }>): Happening {
  const { seq, chain, at, type, contract, rollout, dryRun, stage, percentageBefore, percentageAfter, reason } = entry;
  const data = entry.type === 'proposed' ? { waivers: entry.data.waivers } : entry.data;
  const common = { seq, chain, at, contract, rollout, dryRun, stage, percentageBefore, percentageAfter, reason };
  // `type` and `data` stay paired; taken apart, the union forgets it.
  return { ...common, type, data } as Happening;
}

function customerRecords(store: MemoryStore, key: string): CustomerRecords | null {
  const state = store.features.get(key)?.state;
  const milestones = (store.chains.get(key) ?? []).filter((entry): entry is Extract<typeof entry, Milestone> =>
    MILESTONES.some((type) => type === entry.type),
  );
  const moved = new Set(milestones.map(({ contract }) => contract));
  const all = [...store.contracts.values()].filter(({ contract }) => contract.feature === key);
  const contracts = all.filter(({ contract }) => contract.capability !== undefined || moved.has(contract.id));
  if (state === undefined || !all.some(({ contract }) => contract.capability !== undefined)) return null;
  return {
    state,
    contracts: contracts.toSorted((one, other) => one.proposedAtMs - other.proposedAtMs),
    milestones: milestones.map(({ seq, at, type, contract, rollout, dryRun, data }) => {
      // `type` and `data` stay paired; taken apart, the union forgets it.
      return { seq, at, type, contract, rollout, dryRun, data } as Milestone;
    }),
  };
}

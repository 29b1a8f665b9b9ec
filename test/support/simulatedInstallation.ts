import { MemoryAcknowledgements } from '../../src/adapters/memory/acknowledgements.ts';
import { composeControl } from '../../src/composeControl.ts';
import { TokenDirectory } from '../../src/control/access/tokenDirectory.ts';
import { FlagView } from '../../src/control/flags/flagView.ts';
import type { Publisher, PublisherDeps } from '../../src/control/flags/publisher.ts';
import type { AcknowledgementRegister } from '../../src/control/ports/acknowledgementRegister.ts';
import type { FlagStore } from '../../src/control/ports/flagStore.ts';
import { LedgerUnreachable } from '../../src/control/ports/ledger.ts';
import type { Log } from '../../src/control/ports/log.ts';
import type { MetricSource } from '../../src/control/ports/metricSource.ts';
import type { Notifier } from '../../src/control/ports/notifier.ts';
import type { Timer } from '../../src/control/ports/timer.ts';
import { MetricSources } from '../../src/control/sight/metricSources.ts';
import { type Catalogue, EMPTY_CATALOGUE } from '../../src/domain/catalogue/catalogue.ts';
import { replicaName } from '../../src/domain/confirmation/member.ts';
import type { Policy } from '../../src/domain/contract/policy.ts';
import type { Principal, Role } from '../../src/domain/governance/role.ts';
import type { Entry } from '../../src/domain/ledger/entry.ts';
import { CountedChance } from './chance.ts';
import { HeldClock } from './clock.ts';
import { acknowledgementsOver } from './cutAcknowledgements.ts';
import { FakeGateHooks } from './fakeGateHooks.ts';
import { FakeMetricSource } from './fakeMetricSource.ts';
import { T0 } from './ledgerStory.ts';
import { MemoryJournal } from './memoryJournal.ts';
import { type MemoryLedger, memoryLedger } from './memoryLedger.ts';
import { PATIENT_TIMER } from './patientTimer.ts';
import { SILENT_TELEMETRY } from './silentTelemetry.ts';
import { SimulatedFlagStore } from './simulatedFlagStore.ts';
import { YOUNG_POLICY } from './youngPolicy.ts';

const ENVIRONMENT = 'test';
const LEASE_MS = 60_000;

export type WorldOptions = {
  readonly policy?: Policy;
  readonly catalogue?: Catalogue;
  readonly pollIntervalMs?: number;
  readonly leaseMs?: number;
  readonly concurrency?: number;
};

/** All that lies outside one Sluice process and outlives it, on a clock that somebody holds. */
export type World = {
  readonly clock: HeldClock;
  readonly chance: CountedChance;
  readonly kept: MemoryLedger;
  readonly store: SimulatedFlagStore;
  readonly storeAcknowledgements: AcknowledgementRegister;
  readonly metrics: FakeMetricSource;
  readonly hooks: FakeGateHooks;
  /** Counts those that were started. */
  readonly replicas: () => number;
  /** On this process's disk. */
  readonly late: MemoryJournal;
  /** What was logged as an error, but for a ledger that was cut off on purpose. */
  readonly faults: string[];
  readonly policy: Policy;
  /** As the file says at the start of a replica. */
  catalogue: Catalogue;
  readonly pollIntervalMs: number;
  readonly leaseMs: number;
  readonly concurrency: number;
};

export function worldOf(options: WorldOptions = {}): World {
  const clock = new HeldClock(T0);
  const store = new SimulatedFlagStore(clock);
  return {
    clock,
    chance: new CountedChance(),
    kept: memoryLedger(ENVIRONMENT),
    store,
    storeAcknowledgements: acknowledgementsOver(new MemoryAcknowledgements(), async () => void (await store.readAll())),
    metrics: new FakeMetricSource(),
    hooks: new FakeGateHooks(),
    replicas: counted(),
    late: new MemoryJournal(),
    faults: [],
    policy: options.policy ?? YOUNG_POLICY,
    catalogue: options.catalogue ?? EMPTY_CATALOGUE,
    pollIntervalMs: options.pollIntervalMs ?? 15_000,
    leaseMs: options.leaseMs ?? LEASE_MS,
    concurrency: options.concurrency ?? 100,
  };
}

/** What may be put in the place of the world's own, to see what happens when it breaks. */
export type Replaced = {
  readonly metrics?: MetricSource;
  readonly timer?: Timer;
  readonly store?: FlagStore;
  readonly storeAcknowledgements?: AcknowledgementRegister;
  /** Its name; each replica has another where the test does not say. */
  readonly replica?: string;
  readonly kept?: Pick<MemoryLedger, 'ledger' | 'rollouts'> & Partial<MemoryLedger>;
  readonly publisher?: (deps: PublisherDeps) => Publisher;
  readonly hardKilled?: (feature: string) => boolean;
  readonly notifiers?: readonly Notifier[];
};

/** A port with some of its members replaced. A class too, whose methods a spread would lose. */
export function butFor<T extends object>(port: T, replaced: Partial<T>): T {
  return new Proxy(port, {
    get: (target, name) => {
      if (name in replaced) return Reflect.get(replaced, name);
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

/** One Sluice process over a world in memory. */
export type Replica = Awaited<ReturnType<typeof startReplica>>;

/** Boots a process: lookups are fed, and the gate is as the ledger has it. */
export async function startReplica(world: World, replaced: Replaced = {}) {
  const { clock, policy, pollIntervalMs, concurrency, leaseMs } = world;
  const kept = { ...world.kept, ...replaced.kept };
  const hardKilled = replaced.hardKilled ?? (() => false);
  const view = new FlagView({ monotonicMs: () => clock.nowMs(), staleAfterMs: 60_000, hardKilled });
  const store = replaced.store ?? world.store;
  const outside = {
    ...kept,
    storeAcknowledgements: replaced.storeAcknowledgements ?? world.storeAcknowledgements,
    ...{ store, view, clock, chance: world.chance, late: world.late, telemetry: SILENT_TELEMETRY },
    sources: new MetricSources([replaced.metrics ?? world.metrics]),
    directory: new TokenDirectory(kept.tokens, clock, []),
    gateHooks: world.hooks,
    notifiers: replaced.notifiers ?? [],
    timer: replaced.timer ?? PATIENT_TIMER,
    log: logOver(world.faults),
  };
  const options = {
    replica: replicaName(replaced.replica ?? `${ENVIRONMENT}:${world.replicas()}`),
    ...{ environment: ENVIRONMENT, policy, pollIntervalMs, dryRun: false },
    sourceKinds: new Map([['prometheus', 'prometheus' as const]]),
    catalogue: world.catalogue,
    scheduling: { concurrency, leaseMs, wakeMs: 1000 },
    ...(replaced.publisher === undefined ? {} : { publisher: replaced.publisher }),
  };
  const control = composeControl(options, outside);
  await store.subscribe(view);
  await control.membership.begin();
  await control.reconciler.run().catch((error: unknown) => {
    if (!(error instanceof LedgerUnreachable)) throw error;
  });
  return { world, view, ...control, ...control.application };
}

/** One poll interval passes, and what is due is ticked. */
export async function tickDue(replica: Replica, ms = replica.world.pollIntervalMs): Promise<void> {
  const { clock, store } = replica.world;
  clock.advance(ms);
  store.confirm();
  await replica.scheduler.look();
  await replica.scheduler.settled();
}

/** The same, then what is done beside the ticks, where it can be. */
export async function poll(replica: Replica, ms = replica.world.pollIntervalMs): Promise<void> {
  await tickDue(replica, ms);
  for (const chore of [replica.reconciler, replica.waiverEnding, replica.confirming]) {
    await chore.run().catch((error: unknown) => {
      if (!(error instanceof LedgerUnreachable)) throw error;
    });
  }
}

export async function pollFor(replica: Replica, ms: number): Promise<void> {
  const untilMs = replica.world.clock.nowMs() + ms;
  while (replica.world.clock.nowMs() < untilMs) await poll(replica);
}

/** The whole chain of a feature. */
export function chainOf(world: World, feature: string): Promise<readonly Entry[]> {
  return world.kept.ledger.entries(feature, { afterSeq: 0, limit: 100_000 });
}

export const person = (subject: string, ...roles: readonly Role[]): Principal => ({
  tokenId: `token-of-${subject}`,
  subject,
  roles,
  features: null,
});
export const OLGA = person('olga', 'operator');
export const OSKAR = person('oskar', 'operator');
export const ANNA = person('anna', 'approver', 'operator');
export const EMIL = person('emil', 'approver', 'operator');
export const AUREL = person('aurel', 'auditor');

function counted(): () => number {
  let count = 0;
  return () => {
    count += 1;
    return count;
  };
}

function logOver(faults: string[]): Log {
  return {
    info: () => {},
    warn: () => {},
    error: (fields, message) => {
      const fault = 'err' in fields ? fields.err : null;
      if (!(fault instanceof LedgerUnreachable)) faults.push(`${message}: ${String(fault)}`);
    },
  };
}

import { Closing } from '../../src/control/closing/closing.ts';
import { Killing } from '../../src/control/closing/killing.ts';
import { LateClosings } from '../../src/control/closing/lateClosings.ts';
import { Scheduler } from '../../src/control/controller/scheduler.ts';
import { Ticker } from '../../src/control/controller/ticker.ts';
import { Closings } from '../../src/control/desks/closings.ts';
import { Contracts } from '../../src/control/desks/contracts.ts';
import { Features } from '../../src/control/desks/features.ts';
import { Installation } from '../../src/control/desks/installation.ts';
import { RolloutCreation } from '../../src/control/desks/rolloutCreation.ts';
import { Rollouts } from '../../src/control/desks/rollouts.ts';
import { FlagView } from '../../src/control/flags/flagView.ts';
import { Publisher } from '../../src/control/flags/publisher.ts';
import { policyFit } from '../../src/control/opening/policyFit.ts';
import { Preflight } from '../../src/control/opening/preflight.ts';
import { RolloutOpening } from '../../src/control/opening/rolloutOpening.ts';
import type { FlagStore } from '../../src/control/ports/flagStore.ts';
import { LedgerUnreachable } from '../../src/control/ports/ledger.ts';
import type { Log } from '../../src/control/ports/log.ts';
import type { MetricSource } from '../../src/control/ports/metricSource.ts';
import type { Timer } from '../../src/control/ports/timer.ts';
import { Drift } from '../../src/control/reconciliation/drift.ts';
import { Reconciler } from '../../src/control/reconciliation/reconciler.ts';
import { ChainAudit } from '../../src/control/sight/chainAudit.ts';
import { DecisionContexts } from '../../src/control/sight/decisionContext.ts';
import { KnownRollouts } from '../../src/control/sight/knownRollouts.ts';
import { MetricSources } from '../../src/control/sight/metricSources.ts';
import { RolloutDisplay } from '../../src/control/sight/rolloutDisplay.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/domain/contract/policy.ts';
import type { Principal, Role } from '../../src/domain/governance/role.ts';
import type { Entry } from '../../src/domain/ledger/entry.ts';
import { CountedChance } from './chance.ts';
import { HeldClock } from './clock.ts';
import { FakeMetricSource } from './fakeMetricSource.ts';
import { T0 } from './ledgerStory.ts';
import { MemoryJournal } from './memoryJournal.ts';
import { type MemoryLedger, memoryLedger } from './memoryLedger.ts';
import { SILENT_TELEMETRY } from './silentTelemetry.ts';
import { SimulatedFlagStore } from './simulatedFlagStore.ts';

const ENVIRONMENT = 'test';
const LEASE_MS = 60_000;

export type WorldOptions = {
  readonly policy?: Policy;
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
  readonly metrics: FakeMetricSource;
  /** On this process's disk. */
  readonly late: MemoryJournal;
  /** What was logged as an error, but for a ledger that was cut off on purpose. */
  readonly faults: string[];
  readonly policy: Policy;
  readonly pollIntervalMs: number;
  readonly leaseMs: number;
  readonly concurrency: number;
};

export function worldOf(options: WorldOptions = {}): World {
  const clock = new HeldClock(T0);
  return {
    clock,
    chance: new CountedChance(),
    kept: memoryLedger(ENVIRONMENT),
    store: new SimulatedFlagStore(clock),
    metrics: new FakeMetricSource(),
    late: new MemoryJournal(),
    faults: [],
    policy: options.policy ?? DEFAULT_POLICY,
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
  readonly kept?: Pick<MemoryLedger, 'ledger' | 'rollouts'>;
  readonly publisher?: (deps: ConstructorParameters<typeof Publisher>[0]) => Publisher;
  readonly hardKilled?: (feature: string) => boolean;
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

/** One Sluice process: control and its desks, composed as `compose.ts` does, over a world in memory. */
export type Replica = Awaited<ReturnType<typeof startReplica>>;

/** Boots a process: lookups are fed, and the gate is as the ledger has it. */
export async function startReplica(world: World, replaced: Replaced = {}) {
  const { clock, chance, late, policy } = world;
  const { contracts, features, installation } = world.kept;
  const { ledger, rollouts } = replaced.kept ?? world.kept;
  const store = replaced.store ?? world.store;
  const telemetry = SILENT_TELEMETRY;
  const kinds = new Map([['prometheus', 'prometheus' as const]]);
  const log = logOver(world.faults);

  const hardKilled = replaced.hardKilled ?? (() => false);
  const view = new FlagView({ monotonicMs: () => clock.nowMs(), staleAfterMs: 60_000, hardKilled });
  const known = new KnownRollouts();
  const shown = new RolloutDisplay(telemetry);
  const sources = new MetricSources([replaced.metrics ?? world.metrics]);
  const audit = new ChainAudit(ledger);
  const common = { ledger, features, rollouts, store, view, late, telemetry, shown, clock, chance };
  const contexts = new DecisionContexts({ ...common, contracts, installation, pollIntervalMs: world.pollIntervalMs });
  const publisherDeps = { ...common, environment: ENVIRONMENT };
  const publisher = replaced.publisher?.(publisherDeps) ?? new Publisher(publisherDeps);
  const fits = policyFit(policy, kinds);
  const preflight = new Preflight({ sources, store, policyFit: fits });
  const killing = new Killing({ ...common, publisher });
  const closing = new Closing({ ...common, publisher, killing, known });
  const lateClosings = new LateClosings({ ...common, closing, killing });
  const opening = new RolloutOpening({ ...common, contexts, audit, lateClosings, publisher });
  const creation = new RolloutCreation({ ...common, contracts, dryRunAlways: false });
  const drift = new Drift({ ...common, closing, killing, environment: ENVIRONMENT });
  const ticker = new Ticker({
    ...common,
    ...{ sources, contexts, audit, preflight, publisher, closing, lateClosings, known },
  });
  await store.subscribe(view);
  const reconciler = new Reconciler({ ...common, publisher, drift, lateClosings, environment: ENVIRONMENT });
  await reconciler.run().catch((error: unknown) => {
    if (!(error instanceof LedgerUnreachable)) throw error;
  });
  return {
    world,
    view,
    known,
    publisher,
    reconciler,
    ticker,
    contexts,
    closing,
    scheduler: new Scheduler(
      { ...common, ticker, contexts, known, lateClosings, timer: replaced.timer ?? NO_TIMER, log },
      { concurrency: world.concurrency, leaseMs: world.leaseMs, wakeMs: 1000 },
    ),
    features: new Features({ ...common, publisher, environment: ENVIRONMENT }),
    contracts: new Contracts({ ...common, contracts, policy, sources: kinds }),
    rollouts: new Rollouts({ ...common, creation, opening, preflight, policyFit: fits }),
    closings: new Closings({ ...common, closing, killing, known }),
    installation: new Installation({ ...common, installation, publisher, sources, policy, environment: ENVIRONMENT }),
  };
}

/** One poll interval passes, and what is due is ticked. */
export async function tickDue(replica: Replica, ms = replica.world.pollIntervalMs): Promise<void> {
  const { clock, store } = replica.world;
  clock.advance(ms);
  store.confirm();
  await replica.scheduler.look();
  await replica.scheduler.settled();
}

/** The same, then the store is reconciled where it can be. */
export async function poll(replica: Replica, ms = replica.world.pollIntervalMs): Promise<void> {
  await tickDue(replica, ms);
  await replica.reconciler.run().catch((error: unknown) => {
    if (!(error instanceof LedgerUnreachable)) throw error;
  });
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

const NO_TIMER: Timer = {
  sleep: () => {
    throw new Error('a simulation is looked at, it does not wait');
  },
};

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

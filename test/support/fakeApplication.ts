import { MemoryAcknowledgements } from '../../src/adapters/memory/acknowledgements.ts';
import { MemoryFlagStore } from '../../src/adapters/memory/flagStore.ts';
import { type ControlOptions, composeControl } from '../../src/composeControl.ts';
import { TokenDirectory } from '../../src/control/access/tokenDirectory.ts';
import type { Application } from '../../src/control/application.ts';
import { FlagView } from '../../src/control/flags/flagView.ts';
import type { ClosingRequest } from '../../src/control/ports/closingRequest.ts';
import type { LateJournal } from '../../src/control/ports/lateJournal.ts';
import type { Telemetry } from '../../src/control/ports/telemetry.ts';
import type { TokenRecord } from '../../src/control/ports/tokenRegister.ts';
import { MetricSources } from '../../src/control/sight/metricSources.ts';
import type { Policy } from '../../src/domain/contract/policy.ts';
import type { Role } from '../../src/domain/governance/role.ts';
import { sha256Hex } from '../../src/domain/ledger/digest.ts';
import { catalogueOf, HOUSE } from './catalogues.ts';
import { FakeGateHooks } from './fakeGateHooks.ts';
import { FakeMetricSource } from './fakeMetricSource.ts';
import { T0 } from './ledgerStory.ts';
import { type MemoryLedger, memoryLedger } from './memoryLedger.ts';
import { PATIENT_TIMER } from './patientTimer.ts';
import { YOUNG_POLICY } from './youngPolicy.ts';

/** An application with nothing outside: the real desks over a ledger, a flag store, a metric source and a clock in memory. */
export type FakeApplication = Application & {
  readonly kept: MemoryLedger;
  readonly clock: { nowMs(): number; set(ms: number): void };
  readonly source: FakeMetricSource;
  readonly hooks: FakeGateHooks;
  /** The tokens that stand from the beginning, by name. */
  readonly token: (name: TokenName) => string;
  readonly close: () => Promise<void>;
};

/** Two operators and two approvers, since four eyes need them; `bound` may act on `checkout-v2` alone. */
const TOKENS = {
  admin: { subject: 'ada', roles: ['admin'], features: null },
  operator: { subject: 'olga', roles: ['operator'], features: null },
  approver: { subject: 'peter', roles: ['approver'], features: null },
  auditor: { subject: 'aurel', roles: ['auditor'], features: null },
  viewer: { subject: 'vera', roles: ['viewer'], features: null },
  service: { subject: 'shop', roles: ['service'], features: null },
  customer: { subject: 'carl', roles: ['customer'], features: null },
  founder: { subject: 'fay', roles: ['founder'], features: null },
  boundCustomer: { subject: 'cleo', roles: ['customer'], features: ['checkout-v2'] },
  boundFounder: { subject: 'finn', roles: ['founder'], features: ['checkout-v2'] },
  bound: { subject: 'bela', roles: ['operator', 'approver', 'service'], features: ['checkout-v2'] },
  boundAuditor: { subject: 'abel', roles: ['auditor'], features: ['checkout-v2'] },
  boundAdmin: { subject: 'bert', roles: ['admin'], features: ['checkout-v2'] },
} as const satisfies Record<string, { subject: string; roles: readonly Role[]; features: readonly string[] | null }>;
export type TokenName = keyof typeof TOKENS;

const tokenCalled = (name: TokenName) => `sluice_test_${name}`;

/** `kept`: where its records lie; in memory, if the test does not say. */
export function fakeApplication(
  telemetry: Telemetry,
  kept: MemoryLedger = memoryLedger(),
  policy: Policy = YOUNG_POLICY,
): FakeApplication {
  const time = { ms: T0 };
  const clock = { nowMs: () => time.ms, set: (ms: number) => Object.assign(time, { ms }) };
  const chance = counted();
  const store = new MemoryFlagStore({ monotonicMs: clock.nowMs });
  const source = new FakeMetricSource();
  const hooks = new FakeGateHooks();
  const view = new FlagView({ monotonicMs: clock.nowMs, staleAfterMs: 60_000, hardKilled: () => false });
  const outside = {
    ...kept,
    storeAcknowledgements: new MemoryAcknowledgements(),
    ...{ store, view, clock, chance, telemetry, timer: PATIENT_TIMER, log: NO_LOG, notifiers: [] },
    sources: new MetricSources([source]),
    directory: new TokenDirectory(kept.tokens, clock, Object.keys(TOKENS).map(recordOf)),
    late: memoryJournal(),
    gateHooks: hooks,
  };
  const { application, membership } = composeControl({ ...OPTIONS, policy }, outside);
  void store.subscribe(view);
  void membership.begin();
  return { ...application, kept, clock, source, hooks, token: tokenCalled, close: () => store.close() };
}

const OPTIONS: Omit<ControlOptions, 'policy'> = {
  environment: 'test',
  replica: 'replica:test',
  sourceKinds: new Map([['prometheus', 'prometheus']]),
  catalogue: catalogueOf({ slis: HOUSE.slis }),
  pollIntervalMs: 15_000,
  dryRun: false,
  scheduling: { concurrency: 1, leaseMs: 60_000, wakeMs: 1000 },
};
const NO_LOG = { info: () => {}, warn: () => {}, error: () => {} };

function recordOf(name: string): TokenRecord {
  // A key of the table, which `Object.keys` forgets.
  const token = tokenCalled(name as TokenName);
  return { ...TOKENS[name as TokenName], tokenId: name, hash: sha256Hex(token), createdAtMs: T0, expiresAtMs: null };
}

/** Chance that can be told in advance: ids count up, and so do bytes. */
function counted() {
  let drawn = 0;
  const next = () => {
    drawn += 1;
    return drawn.toString(16).padStart(12, '0');
  };
  return { id: () => `00000000-0000-7000-8000-${next()}`, hex: (bytes: number) => next().padStart(bytes * 2, '0') };
}

function memoryJournal(): LateJournal {
  const waiting = new Map<string, ClosingRequest>();
  return {
    add: async (request) => void waiting.set(request.id, request),
    all: async () => [...waiting.values()],
    remove: async (id) => void waiting.delete(id),
  };
}

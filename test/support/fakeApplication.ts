import { MemoryFlagStore } from '../../src/adapters/memory/flagStore.ts';
import { TokenDirectory } from '../../src/control/access/tokenDirectory.ts';
import type { Application } from '../../src/control/application.ts';
import { Closing } from '../../src/control/closing/closing.ts';
import { Killing } from '../../src/control/closing/killing.ts';
import { LateClosings } from '../../src/control/closing/lateClosings.ts';
import { Closings } from '../../src/control/desks/closings.ts';
import { Contracts } from '../../src/control/desks/contracts.ts';
import { Features } from '../../src/control/desks/features.ts';
import { Installation } from '../../src/control/desks/installation.ts';
import { RolloutCreation } from '../../src/control/desks/rolloutCreation.ts';
import { Rollouts } from '../../src/control/desks/rollouts.ts';
import { Tokens } from '../../src/control/desks/tokens.ts';
import { FlagView } from '../../src/control/flags/flagView.ts';
import { Publisher } from '../../src/control/flags/publisher.ts';
import { policyFit } from '../../src/control/opening/policyFit.ts';
import { Preflight } from '../../src/control/opening/preflight.ts';
import { RolloutOpening } from '../../src/control/opening/rolloutOpening.ts';
import type { ClosingRequest } from '../../src/control/ports/closingRequest.ts';
import type { LateJournal } from '../../src/control/ports/lateJournal.ts';
import type { Telemetry } from '../../src/control/ports/telemetry.ts';
import type { TokenRecord } from '../../src/control/ports/tokenRegister.ts';
import { ChainAudit } from '../../src/control/sight/chainAudit.ts';
import { DecisionContexts } from '../../src/control/sight/decisionContext.ts';
import { KnownRollouts } from '../../src/control/sight/knownRollouts.ts';
import { MetricSources } from '../../src/control/sight/metricSources.ts';
import { RolloutDisplay } from '../../src/control/sight/rolloutDisplay.ts';
import { DEFAULT_POLICY } from '../../src/domain/contract/policy.ts';
import type { Role } from '../../src/domain/governance/role.ts';
import { sha256Hex } from '../../src/domain/ledger/digest.ts';
import { FakeMetricSource } from './fakeMetricSource.ts';
import { T0 } from './ledgerStory.ts';
import { type MemoryLedger, memoryLedger } from './memoryLedger.ts';

/** An application with nothing outside: the real desks over a ledger, a flag store, a metric source and a clock in memory. */
export type FakeApplication = Application & {
  readonly kept: MemoryLedger;
  readonly clock: { nowMs(): number; set(ms: number): void };
  readonly source: FakeMetricSource;
  /** The tokens that stand from the beginning, by name. */
  readonly token: (name: TokenName) => string;
  readonly close: () => Promise<void>;
};

/** Two operators and two approvers, since four eyes need them; `bound` may act on `checkout-v2` alone. */
const TOKENS = {
  admin: { subject: 'ada', roles: ['admin'], features: null },
  operator: { subject: 'olga', roles: ['operator'], features: null },
  approver: { subject: 'peter', roles: ['approver'], features: null },
  viewer: { subject: 'vera', roles: ['viewer'], features: null },
  service: { subject: 'shop', roles: ['service'], features: null },
  customer: { subject: 'carl', roles: ['customer'], features: null },
  bound: { subject: 'bela', roles: ['operator', 'approver', 'service'], features: ['checkout-v2'] },
  boundAdmin: { subject: 'bert', roles: ['admin'], features: ['checkout-v2'] },
} as const satisfies Record<string, { subject: string; roles: readonly Role[]; features: readonly string[] | null }>;
export type TokenName = keyof typeof TOKENS;

const tokenCalled = (name: TokenName) => `sluice_test_${name}`;

/** `kept`: where its records lie; in memory, if the test does not say. */
export function fakeApplication(telemetry: Telemetry, kept: MemoryLedger = memoryLedger()): FakeApplication {
  const time = { ms: T0 };
  const clock = { nowMs: () => time.ms, set: (ms: number) => Object.assign(time, { ms }) };
  const chance = counted();
  const { ledger, features, contracts, rollouts, installation } = kept;
  const store = new MemoryFlagStore({ monotonicMs: clock.nowMs });
  const source = new FakeMetricSource();
  const sources = new MetricSources([source]);
  const view = new FlagView({ monotonicMs: clock.nowMs, staleAfterMs: 60_000, hardKilled: () => false });
  const common = { environment: 'test', policy: DEFAULT_POLICY, clock, chance, telemetry, ledger, features };
  const kinds = new Map([['prometheus', 'prometheus' as const]]);

  const known = new KnownRollouts();
  const late = memoryJournal();
  const shown = new RolloutDisplay(telemetry);
  const contexts = new DecisionContexts({ contracts, rollouts, installation, view, pollIntervalMs: 15_000 });
  const publisher = new Publisher({ ...common, store, view });
  const fits = policyFit(DEFAULT_POLICY, kinds);
  const preflight = new Preflight({ sources, store, policyFit: fits });
  const killing = new Killing({ ...common, rollouts, publisher, view, late, shown });
  const closing = new Closing({ ...common, rollouts, publisher, killing, late, known, shown });
  const lateClosings = new LateClosings({ ...common, late, closing, killing });
  const opening = new RolloutOpening({
    ...common,
    contexts,
    audit: new ChainAudit(ledger),
    lateClosings,
    publisher,
    shown,
  });
  const creation = new RolloutCreation({ ...common, contracts, dryRunAlways: false });
  const directory = new TokenDirectory(kept.tokens, clock, Object.keys(TOKENS).map(recordOf));
  void store.subscribe(view);
  return {
    features: new Features({ ...common, publisher, store, view }),
    contracts: new Contracts({ ...common, contracts, sources: kinds }),
    rollouts: new Rollouts({ ...common, rollouts, creation, opening, preflight, policyFit: fits }),
    closings: new Closings({ ...common, closing, killing, rollouts, known, view }),
    tokens: new Tokens({ ...common, register: kept.tokens, directory }),
    installation: new Installation({ ...common, installation, store, publisher, sources }),
    flags: view,
    idempotency: kept.idempotency,
    kept,
    clock,
    source,
    token: tokenCalled,
    close: () => store.close(),
  };
}

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

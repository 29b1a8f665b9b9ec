import type { TokenDirectory } from './control/access/tokenDirectory.ts';
import { Confirming } from './control/acknowledgement/confirming.ts';
import { memberReach } from './control/acknowledgement/memberReach.ts';
import { ReplicaMembership } from './control/acknowledgement/replicaMembership.ts';
import type { Application } from './control/application.ts';
import { ChainAudit } from './control/audit/chainAudit.ts';
import { FalseAlarms } from './control/audit/falseAlarms.ts';
import { HealthVerification } from './control/audit/healthVerification.ts';
import { Incidents } from './control/audit/incidents.ts';
import { Reviews } from './control/audit/reviews.ts';
import { AcknowledgementsOfMembers } from './control/desks/acknowledgements.ts';
import { Audits } from './control/desks/audits.ts';
import { Closings } from './control/desks/closings.ts';
import { Contracts } from './control/desks/contracts.ts';
import { Features } from './control/desks/features.ts';
import { LedgerExports } from './control/desks/ledgerExports.ts';
import { OverrideSettings } from './control/desks/overrides.ts';
import { Rollouts } from './control/desks/rollouts.ts';
import { Suggestions } from './control/desks/suggestions.ts';
import { Tokens } from './control/desks/tokens.ts';
import { Waivers } from './control/desks/waivers.ts';
import { Preflight } from './control/eligibility/preflight.ts';
import { RolloutCreation } from './control/eligibility/rolloutCreation.ts';
import { Closing } from './control/execution/closing/closing.ts';
import { GradualRollback } from './control/execution/closing/gradualRollback.ts';
import { Killing } from './control/execution/closing/killing.ts';
import { LateClosings } from './control/execution/closing/lateClosings.ts';
import { Narrowing } from './control/execution/closing/narrowing.ts';
import { Scheduler, type SchedulerOptions } from './control/execution/controller/scheduler.ts';
import { Ticker } from './control/execution/controller/ticker.ts';
import { OpeningProof } from './control/execution/opening/openingProof.ts';
import { RolloutOpening } from './control/execution/opening/rolloutOpening.ts';
import { Configuration } from './control/flags/configuration.ts';
import type { FlagView } from './control/flags/flagView.ts';
import { LedgerFeed } from './control/flags/ledgerFeed.ts';
import { Publisher, type PublisherDeps } from './control/flags/publisher.ts';
import { RecordedFeatures } from './control/flags/recordedFeatures.ts';
import { Calendars } from './control/installation/calendars.ts';
import { Installation } from './control/installation/installation.ts';
import type { AcknowledgementRegister } from './control/ports/acknowledgementRegister.ts';
import type { Chance } from './control/ports/chance.ts';
import type { Clock } from './control/ports/clock.ts';
import type { FlagStore } from './control/ports/flagStore.ts';
import type { GateHooks } from './control/ports/gateHooks.ts';
import type { LateJournal } from './control/ports/lateJournal.ts';
import type { Log } from './control/ports/log.ts';
import type { Notifier } from './control/ports/notifier.ts';
import type { Records } from './control/ports/records.ts';
import type { RolloutTelemetry } from './control/ports/telemetry.ts';
import type { Timer } from './control/ports/timer.ts';
import { Projections } from './control/projection/projections.ts';
import { Proposals } from './control/proposal/proposals.ts';
import { WaiverRequests } from './control/proposal/waiverRequests.ts';
import { Drift } from './control/reconciliation/drift.ts';
import { OverrideExpiry } from './control/reconciliation/overrideExpiry.ts';
import { Reconciler } from './control/reconciliation/reconciler.ts';
import { DecisionContexts } from './control/sight/decisionContext.ts';
import { EntryFeed } from './control/sight/entryFeed.ts';
import { Foresight } from './control/sight/foresight.ts';
import { KnownRollouts } from './control/sight/knownRollouts.ts';
import type { MetricSources } from './control/sight/metricSources.ts';
import { RolloutDisplay } from './control/sight/rolloutDisplay.ts';
import { Simulations } from './control/simulation/simulations.ts';
import { Background, type Chore } from './control/upkeep/background.ts';
import { Delivery } from './control/upkeep/deliver.ts';
import { forget } from './control/upkeep/forgetting.ts';
import { watchPolicy } from './control/upkeep/policyWatch.ts';
import { WaiverEnding } from './control/upkeep/waiverEnding.ts';
import { ContractJudge } from './control/validation/contractJudge.ts';
import { PolicyFit } from './control/validation/policyFit.ts';
import { PolicyInForce } from './control/validation/policyInForce.ts';
import type { Catalogue } from './domain/catalogue/catalogue.ts';
import { HEARTBEAT_EVERY_MS } from './domain/confirmation/member.ts';
import type { Policy } from './domain/contract/policy.ts';
import type { Sources } from './domain/contract/subject.ts';

/** Everything that control needs of the outside, as ports; who opened it closes it. */
export type Outside = Records & {
  readonly store: FlagStore;
  /** Where members leave word beside the flags: for those that reach the store alone. */
  readonly storeAcknowledgements: AcknowledgementRegister;
  readonly sources: MetricSources;
  readonly view: FlagView;
  readonly directory: TokenDirectory;
  readonly late: LateJournal;
  readonly gateHooks: GateHooks;
  readonly notifiers: readonly Notifier[];
  readonly telemetry: RolloutTelemetry;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly timer: Timer;
  readonly log: Log;
};

export type ControlOptions = {
  readonly environment: string;
  /** Names this process among all that ever serve lookups. */
  readonly replica: string;
  readonly policy: Policy;
  readonly sourceKinds: Sources;
  readonly catalogue: Catalogue;
  readonly pollIntervalMs: number;
  /** Every rollout of the installation pretends. */
  readonly dryRun: boolean;
  readonly scheduling: SchedulerOptions;
  /** A test may put a broken part in its place, to see that it is noticed. */
  readonly publisher?: (deps: PublisherDeps) => Publisher;
};

/** Control over ports, whatever answers them. Top to bottom: what acts, what runs by itself, what people reach. */
export function composeControl(options: ControlOptions, outside: Outside) {
  const acts = { ...composeActs(options, outside), ...composeMembership(options, outside) };
  const ticker = new Ticker({ ...outside, ...acts });
  return {
    ...acts,
    ticker,
    application: composeDesks(options, outside, acts),
    scheduler: new Scheduler({ ...outside, ...acts, ticker }, options.scheduling),
    background: new Background(choresOf(outside, acts), outside),
  };
}

type Acts = ReturnType<typeof composeActs> & ReturnType<typeof composeMembership>;

/** What members say of what they serve, and what is recorded of it. */
function composeMembership({ replica, policy }: ControlOptions, outside: Outside) {
  const registers = [outside.acknowledgements, outside.storeAcknowledgements];
  const reachOf = memberReach(outside.directory, outside.view);
  const membership = new ReplicaMembership({ ...outside, replica, registers, reachOf });
  return { membership, confirming: new Confirming({ ...outside, membership, policy }) };
}

/** What opens and closes, and what it looks at before. */
function composeActs(options: ControlOptions, outside: Outside) {
  const { environment, policy, sourceKinds, pollIntervalMs } = options;
  const inForce = new PolicyInForce({ ...outside, policy });
  const policyFit = new PolicyFit({ ...outside, policy, sourceKinds });
  const known = new KnownRollouts();
  const shown = new RolloutDisplay(outside.telemetry);
  const audit = new ChainAudit(outside.ledger);
  const contexts = new DecisionContexts({ ...outside, pollIntervalMs });
  const publishing = { ...outside, environment };
  const publisher = options.publisher?.(publishing) ?? new Publisher(publishing);
  const preflight = new Preflight({ ...outside, policyFit, inForce, policy });
  const killing = new Killing({ ...outside, publisher, shown });
  const closing = new Closing({ ...outside, publisher, killing, known, shown });
  const gradual = new GradualRollback({ ...outside, closing, publisher, known, shown });
  const narrowing = new Narrowing({ ...outside, publisher });
  const lateClosings = new LateClosings({ ...outside, publisher, closing, killing, narrowing });
  const proof = new OpeningProof({ ...outside, lateClosings, audit, contexts, policyFit });
  const opening = new RolloutOpening({ ...outside, known, contexts, proof, publisher, shown });
  const drift = new Drift({ ...outside, closing, killing, environment });
  const overrideExpiry = new OverrideExpiry({ ...outside, publisher, narrowing });
  const recorded = new RecordedFeatures(outside.features);
  const settling = { lateClosings, drift, overrideExpiry };
  const reconciler = new Reconciler({ ...outside, ...settling, recorded, known, publisher, environment });
  return {
    narrowing,
    known,
    shown,
    audit,
    contexts,
    preflight,
    inForce,
    policyFit,
    publisher,
    killing,
    closing,
    gradual,
    health: new HealthVerification({ ...outside, contexts }),
    lateClosings,
    proof,
    opening,
    reconciler,
    ledgerFeed: new LedgerFeed({ ...outside, recorded, lateClosings, environment }),
    waiverEnding: new WaiverEnding(outside),
  };
}

function choresOf(outside: Outside, acts: Acts): readonly Chore[] {
  const { reconciler, ledgerFeed, waiverEnding, inForce, membership, confirming } = acts;
  const { directory, clock, log } = outside;
  const delivery = new Delivery(outside);
  return [
    { name: 'reconciliation', everyMs: 5_000, run: () => reconciler.run() },
    { name: 'confirmation', everyMs: 1_000, run: () => confirming.run() },
    { name: 'heartbeat', everyMs: HEARTBEAT_EVERY_MS, run: () => membership.heartbeat() },
    { name: 'feeding lookups from the ledger', everyMs: 1_000, run: () => ledgerFeed.run() },
    { name: 'delivery', everyMs: 1_000, run: () => delivery.run() },
    { name: 'tokens', everyMs: 5_000, run: () => directory.refresh() },
    { name: 'ends of waivers', everyMs: 5_000, run: () => waiverEnding.run() },
    { name: 'policy', everyMs: 60_000, run: () => watchPolicy(inForce, log) },
    { name: 'forgetting of members', everyMs: 60_000, run: () => membership.forget() },
    { name: 'forgetting', everyMs: 3_600_000, run: () => forget(outside, clock.nowMs()) },
  ];
}

/** What people and services reach. */
function composeDesks(options: ControlOptions, outside: Outside, acts: Acts): Application {
  const { environment, policy, catalogue, sourceKinds, dryRun, pollIntervalMs } = options;
  const judge = new ContractJudge({ ...outside, ...acts, policy, sources: sourceKinds });
  const foresight = new Foresight(outside);
  const proposals = new Proposals({ ...outside, judge, foresight, policy, catalogue });
  const waiverRequests = new WaiverRequests({ ...outside, ...acts, policy });
  const creation = new RolloutCreation({ ...outside, dryRunAlways: dryRun });
  return {
    features: new Features({ ...outside, ...acts, environment }),
    contracts: new Contracts({ ...outside, proposals, foresight }),
    suggestions: new Suggestions({ ...outside, pollIntervalMs }),
    waivers: new Waivers({ ...outside, waiverRequests }),
    overrides: new OverrideSettings({ ...outside, ...acts }),
    rollouts: new Rollouts({ ...outside, ...acts, creation, policy }),
    simulations: new Simulations({ ...outside, proposals, policy, pollIntervalMs }),
    closings: new Closings({ ...outside, ...acts }),
    incidents: new Incidents(outside),
    falseAlarms: new FalseAlarms(outside),
    reviews: new Reviews(outside),
    projections: new Projections(outside),
    audits: new Audits({ ...outside, ...acts }),
    tokens: new Tokens({ ...outside, register: outside.tokens }),
    installation: new Installation({ ...outside, ...acts, policy, environment }),
    calendars: new Calendars(outside),
    catalogue,
    ledger: new LedgerExports({ ...outside, environment }),
    flags: outside.view,
    configuration: new Configuration(outside.view, outside.clock),
    entryFeed: new EntryFeed(outside.ledger),
    acknowledgements: new AcknowledgementsOfMembers({ ...outside, ...acts, policy, environment }),
    providers: acts.membership.providers,
    idempotency: outside.idempotency,
  };
}

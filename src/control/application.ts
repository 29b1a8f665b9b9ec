import type { Catalogue } from '../domain/catalogue/catalogue.ts';
import type { Policy } from '../domain/contract/policy.ts';
import type { Warning } from '../domain/contract/violation.ts';
import type { Explanation } from '../domain/feature/explain.ts';
import type { ContractStanding, ContractState } from '../domain/governance/contractState.ts';
import type { Principal, Role } from '../domain/governance/role.ts';
import type { WeighedViolation } from '../domain/governance/waiverCover.ts';
import type { Entry } from '../domain/ledger/entry.ts';
import type { ExportHeader } from '../domain/ledger/exportHeader.ts';
import type { Expectation } from '../domain/power/foreseenPower.ts';
import type { StagePower } from '../domain/power/planPower.ts';
import type { PreflightItem } from '../domain/rollout/preflight.ts';
import type { RolloutStatus } from '../domain/rollout/statusView.ts';
import type { SuggestionRequest } from '../domain/suggestion/request.ts';
import type { Candidate, Chosen } from '../domain/suggestion/suggestThreshold.ts';
import type { Configuration } from './flags/configuration.ts';
import type { FlagView } from './flags/flagView.ts';
import type {
  AcknowledgementDesk,
  AuditDesk,
  CalendarDesk,
  FalseAlarmDesk,
  IncidentDesk,
  OverrideDesk,
  ProjectionDesk,
  ReviewDesk,
  WaiverDesk,
} from './governanceDesks.ts';
import type { Cursor, FeatureFilter, FeatureRecord } from './ports/featureRegister.ts';
import type { IdempotencyRegister } from './ports/idempotencyRegister.ts';
import type { EntryPage } from './ports/ledger.ts';
import type { ProviderPresence } from './ports/providerPresence.ts';
import type { RolloutFilter, RolloutRecord, Tick } from './ports/rolloutRegister.ts';
import type { EntryFeed } from './sight/entryFeed.ts';
import type { PlanForesight } from './sight/foresight.ts';
import type { SimulationEvent } from './simulation/simulationEvent.ts';

/**
 * What Sluice does for those who call it, whatever the wire. Every method throws `Refusal` where it refuses, having changed nothing,
 * and `LedgerUnreachable` where the ledger is away; inputs are what came over the wire, judged here.
 */
export type Application = {
  readonly features: FeatureDesk;
  readonly contracts: ContractDesk;
  readonly suggestions: SuggestionDesk;
  readonly waivers: WaiverDesk;
  readonly rollouts: RolloutDesk;
  readonly simulations: SimulationDesk;
  /** All that closes, in one place: it waits for nothing and needs no version. */
  readonly closings: ClosingDesk;
  readonly overrides: OverrideDesk;
  readonly incidents: IncidentDesk;
  readonly falseAlarms: FalseAlarmDesk;
  readonly reviews: ReviewDesk;
  readonly projections: ProjectionDesk;
  readonly audits: AuditDesk;
  readonly tokens: TokenDesk;
  readonly installation: InstallationDesk;
  readonly calendars: CalendarDesk;
  readonly catalogue: Catalogue;
  readonly ledger: LedgerDesk;
  readonly flags: FlagView;
  /** What evaluators elsewhere are told of the flags. */
  readonly configuration: Configuration;
  /** What viewers are told of the ledger. */
  readonly entryFeed: EntryFeed;
  readonly acknowledgements: AcknowledgementDesk;
  /** Told of each stream that a provider reads under a name. */
  readonly providers: ProviderPresence;
  readonly idempotency: IdempotencyRegister;
};

export interface FeatureDesk {
  create(who: Principal, input: unknown): Promise<FeatureRecord>;
  get(key: string): Promise<FeatureRecord>;
  list(filter: FeatureFilter, cursor: Cursor): Promise<readonly FeatureRecord[]>;
  /** May only narrow. `expectedVersion` null: no If-Match was sent. */
  patch(who: Principal, key: string, input: unknown, expectedVersion: number | null): Promise<FeatureRecord>;
  archive(who: Principal, key: string): Promise<void>;
  /** `waiting`: exposure would come back, so somebody else has to ask too. */
  revive(who: Principal, key: string, comment: string): Promise<ReviveOutcome>;
  explain(key: string, context: unknown): Promise<Explanation>;
}
/** `recorded` false: the gate is closed, and the ledger will hear of it. */
export type KillOutcome = { readonly feature: FeatureRecord | null; readonly key: string; readonly recorded: boolean };
export type ReviveOutcome = { readonly outcome: 'revived' | 'waiting'; readonly feature: FeatureRecord };

export type Judgement = {
  readonly planDigest: string | null;
  /** Those that a waiver covers among them. */
  readonly violations: readonly WeighedViolation[];
  readonly warnings: readonly Warning[];
  /** What each stage will be able to notice; null where the plan can't be read. */
  readonly power: readonly StagePower[] | null;
};
export type ContractRecord = { readonly state: ContractState; readonly standing: ContractStanding };

export interface ContractDesk {
  validate(input: unknown, expected?: Expectation): Promise<Judgement>;
  propose(who: Principal, input: unknown): Promise<ContractRecord>;
  get(id: string): Promise<ContractRecord>;
  list(filter: { readonly feature?: string }, cursor: Cursor): Promise<readonly ContractRecord[]>;
  /** What its stages will be able to notice, by the past as it is today. */
  power(id: string, expected: Expectation): Promise<PlanForesight>;
  decide(
    who: Principal,
    id: string,
    word: { readonly decision: 'approve' | 'reject'; readonly digest: string; readonly comment: string | null },
  ): Promise<ContractRecord>;
}

/** What the past says of a threshold, and when that was. */
export type ThresholdSuggestion = {
  readonly candidates: readonly Candidate[];
  /** null where the past is too short to show the wanted rate. */
  readonly chosen: Chosen | null;
  readonly fromMs: number;
  readonly toMs: number;
  readonly everySeconds: number;
};

export interface SuggestionDesk {
  /** Refuses with `HISTORY_UNAVAILABLE` where the source has no past, or did not answer. */
  threshold(request: SuggestionRequest): Promise<ThresholdSuggestion>;
}

export interface SimulationDesk {
  /** Tells as it finds out; ends with the result. Refuses at its first step, and goes on only while it is asked to. */
  run(input: unknown, signal: AbortSignal): AsyncGenerator<SimulationEvent, void>;
}

export type PreflightReport = {
  readonly passed: boolean;
  readonly at: string;
  readonly items: readonly PreflightItem[];
};

export interface RolloutDesk {
  create(
    who: Principal,
    wish: { readonly contractId: string; readonly dryRun: boolean; readonly startAtMs: number | null },
  ): Promise<RolloutRecord>;
  get(id: string): Promise<RolloutRecord>;
  list(filter: RolloutFilter, cursor: Cursor): Promise<readonly RolloutRecord[]>;
  status(id: string): Promise<RolloutStatus>;
  preflight(who: Principal, id: string): Promise<PreflightReport>;
  /** The last one that was recorded; null where there was none. */
  latestPreflight(id: string): Promise<PreflightReport | null>;
  start(who: Principal, id: string, wish: VersionedWish): Promise<RolloutStatus>;
  advance(who: Principal, id: string, wish: VersionedWish): Promise<RolloutStatus>;
  resume(who: Principal, id: string, wish: VersionedWish): Promise<RolloutStatus>;
  approve(
    who: Principal,
    id: string,
    wish: VersionedWish & { readonly stageId: string; readonly decision: 'approve' | 'reject' },
  ): Promise<RolloutStatus>;
  /** Somebody vouches for what the policy asks for; the same person twice is once. */
  attest(
    who: Principal,
    id: string,
    word: { readonly name: string; readonly comment: string | null },
  ): Promise<RolloutStatus>;
  ledger(id: string, page: EntryPage): Promise<readonly Entry[]>;
  measurements(
    id: string,
    range: { readonly fromMs: number; readonly toMs: number; readonly limit: number },
  ): Promise<readonly Tick[]>;
}
/** Closing is always allowed, at once, with any part of the system down. What the ledger could not take is recorded later, marked late. */
export interface ClosingDesk {
  pause(who: Principal, rolloutId: string, comment: string | null): Promise<RolloutStatus>;
  rollback(who: Principal, rolloutId: string, wish: RollbackWish): Promise<RolloutStatus>;
  kill(who: Principal, feature: string, comment: string): Promise<KillOutcome>;
}
export type VersionedWish = { readonly expectedVersion: number; readonly comment: string | null };
export type RollbackWish = {
  /** null: where the contract says. */
  readonly to: 'zero' | 'previousStage' | null;
  /** Null or left out: as the contract says. */
  readonly mode?: 'immediate' | 'progressive' | null;
  readonly comment: string | null;
};

export type NewToken = {
  readonly subject: string;
  readonly roles: readonly Role[];
  readonly features: readonly string[] | null;
  readonly expiresAtMs: number | null;
};
export type TokenView = NewToken & { readonly id: string; readonly createdAtMs: number };

export interface TokenDesk {
  /** From memory, never a round trip for a known token; null for an unknown, revoked or expired one. */
  authenticate(token: string): Principal | null;
  /** The token that a stream key stands for: good for hearing that something has changed, and nothing else. As fast. */
  authenticateStream(key: string): Principal | null;
  /** The key of a token; null where that does not stand any more. As fast. */
  streamKey(tokenId: string): string | null;
  /** Whether it is neither revoked nor expired. As fast. */
  stands(tokenId: string): boolean;
  issue(who: Principal, wish: NewToken): Promise<TokenView & { readonly token: string }>;
  list(): Promise<readonly TokenView[]>;
  revoke(who: Principal, id: string): Promise<void>;
}

export type SourceView = {
  readonly name: string;
  readonly kind: string;
  readonly ok: boolean;
  readonly detail: string;
};
export type Readiness = {
  readonly ready: boolean;
  readonly dependencies: Readonly<Record<string, { readonly ok: boolean; readonly detail: string }>>;
  readonly policyLooserThanDefault: readonly string[];
};
/** `inForce` false: the ledger has another one since, and this process judges nothing until it is started anew. */
export type PolicyView = { readonly policy: Policy; readonly since: string | null; readonly inForce: boolean };
export type StopView = {
  readonly active: boolean;
  readonly by: string | null;
  readonly reason: string | null;
  readonly at: string | null;
};

export interface InstallationDesk {
  readonly environment: string;
  sources(): Promise<readonly SourceView[]>;
  policy(): Promise<PolicyView>;
  readiness(): Promise<Readiness>;
  stop(): Promise<StopView>;
  setStop(who: Principal, comment: string): Promise<StopView>;
  liftStop(who: Principal, comment: string | null): Promise<StopView>;
}

/** A chain as it lies, oldest entry first; read page by page while it is asked for, never held as a whole. */
export type LedgerExport = { readonly header: ExportHeader; readonly pages: AsyncIterable<readonly Entry[]> };

export interface LedgerDesk {
  ofFeature(key: string): Promise<LedgerExport>;
  ofInstallation(): Promise<LedgerExport>;
}

import type { AuditReport, AuditVerdict } from '../domain/audit/report.ts';
import type { Shut } from '../domain/calendar/shutBy.ts';
import type { Policy } from '../domain/contract/policy.ts';
import type { Warning } from '../domain/contract/violation.ts';
import type { Explanation } from '../domain/feature/explain.ts';
import type { Override, OverrideRequest, OverrideWish } from '../domain/feature/override.ts';
import type { ContractStanding, ContractState } from '../domain/governance/contractState.ts';
import type { Incident, LinkedIncident } from '../domain/governance/incident.ts';
import type { StandingCalendar } from '../domain/governance/installationState.ts';
import type { Principal, Role } from '../domain/governance/role.ts';
import type { WeighedViolation } from '../domain/governance/waiverCover.ts';
import type { WaiverStanding, WaiverState } from '../domain/governance/waiverState.ts';
import type { Actor, Entry } from '../domain/ledger/entry.ts';
import type { CompletionReport } from '../domain/projection/completion.ts';
import type { CustomerView } from '../domain/projection/customer.ts';
import type { EffectivenessReport, Period } from '../domain/projection/effectiveness.ts';
import type { FounderView } from '../domain/projection/founder.ts';
import type { PreflightItem } from '../domain/rollout/preflight.ts';
import type { RolloutStatus } from '../domain/rollout/statusView.ts';
import type { AuditorsWord } from './audit/auditorsWord.ts';
import type { FlagView } from './flags/flagView.ts';
import type { Cursor, FeatureFilter, FeatureRecord } from './ports/featureRegister.ts';
import type { IdempotencyRegister } from './ports/idempotencyRegister.ts';
import type { EntryPage } from './ports/ledger.ts';
import type { ListedRange } from './ports/projectionReader.ts';
import type { RolloutFilter, RolloutRecord, Tick } from './ports/rolloutRegister.ts';
import type { WaiverFilter } from './ports/waiverRegister.ts';

/**
 * What Sluice does for those who call it, whatever the wire. Every method throws `Refusal` where it refuses, having changed nothing,
 * and `LedgerUnreachable` where the ledger is away; inputs are what came over the wire, judged here.
 */
export type Application = {
  readonly features: FeatureDesk;
  readonly contracts: ContractDesk;
  readonly waivers: WaiverDesk;
  readonly rollouts: RolloutDesk;
  /** All that closes, in one place: it waits for nothing and needs no version. */
  readonly closings: ClosingDesk;
  readonly overrides: OverrideDesk;
  readonly incidents: IncidentDesk;
  readonly falseAlarms: FalseAlarmDesk;
  readonly projections: ProjectionDesk;
  readonly audits: AuditDesk;
  readonly tokens: TokenDesk;
  readonly installation: InstallationDesk;
  readonly calendars: CalendarDesk;
  readonly flags: FlagView;
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
};
export type ContractRecord = { readonly state: ContractState; readonly standing: ContractStanding };

export interface ContractDesk {
  validate(input: unknown): Promise<Judgement>;
  propose(who: Principal, input: unknown): Promise<ContractRecord>;
  get(id: string): Promise<ContractRecord>;
  list(filter: { readonly feature?: string }, cursor: Cursor): Promise<readonly ContractRecord[]>;
  decide(
    who: Principal,
    id: string,
    word: { readonly decision: 'approve' | 'reject'; readonly digest: string; readonly comment: string | null },
  ): Promise<ContractRecord>;
}

export type WaiverRecord = { readonly state: WaiverState; readonly standing: WaiverStanding };

export interface WaiverDesk {
  request(who: Principal, input: unknown): Promise<WaiverRecord>;
  get(id: string): Promise<WaiverRecord>;
  list(filter: WaiverFilter, cursor: Cursor): Promise<readonly WaiverRecord[]>;
  decide(
    who: Principal,
    id: string,
    word: { readonly decision: 'approve' | 'reject'; readonly comment: string | null },
  ): Promise<WaiverRecord>;
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
/** `stands`: it was known so already, and nothing was written. */
export type IncidentLink = { readonly incident: LinkedIncident; readonly outcome: 'linked' | 'changed' | 'stands' };
export interface IncidentDesk {
  link(who: Principal, rolloutId: string, incident: Incident): Promise<IncidentLink>;
  /** In the order in which they were linked. */
  list(rolloutId: string): Promise<readonly LinkedIncident[]>;
}
/** Closing is always allowed, at once, with any part of the system down. What the ledger could not take is recorded later, marked late. */
export interface ClosingDesk {
  pause(who: Principal, rolloutId: string, comment: string | null): Promise<RolloutStatus>;
  rollback(who: Principal, rolloutId: string, wish: RollbackWish): Promise<RolloutStatus>;
  kill(who: Principal, feature: string, comment: string): Promise<KillOutcome>;
}
/** An alarm that was none; said again it stands. */
export interface FalseAlarmDesk {
  mark(who: Principal, rolloutId: string, comment: string): Promise<RolloutRecord>;
}

/** An override, a wish for one that waits for a second person, or both. */
export type OverrideView = {
  readonly workspaceId: string;
  readonly override: Override | null;
  readonly request: OverrideRequest | null;
};
export type NewOverride = OverrideWish & { readonly comment: string };
/** As it is afterwards; with the ledger away as it will be. */
export type OverrideOutcome = { readonly outcome: 'set' | 'waiting'; readonly override: OverrideView };

/** What narrows a workspace is done at once; what lets more of it in waits for an approver who is somebody else. */
export interface OverrideDesk {
  list(feature: string): Promise<readonly OverrideView[]>;
  get(feature: string, workspaceId: string): Promise<OverrideView>;
  set(who: Principal, feature: string, workspaceId: string, wish: NewOverride): Promise<OverrideOutcome>;
  remove(who: Principal, feature: string, workspaceId: string, comment: string | null): Promise<OverrideOutcome>;
}
/** `view` null: nothing of it is for customers. */
export type ListedView = { readonly position: string; readonly view: CustomerView | null };

/** Views of the record, which none of them can write. */
export interface ProjectionDesk {
  founder(rolloutId: string): Promise<FounderView>;
  /** Refuses with `COMPLETION_REQUIRES_PASS` where no report may exist. */
  completion(rolloutId: string): Promise<CompletionReport>;
  /** Of a feature, by its key. */
  customer(feature: string): Promise<CustomerView>;
  customers(range: ListedRange): Promise<readonly ListedView[]>;
  /** What came of the rollouts of a period; of these features alone, null: of all. */
  effectiveness(period: Period, features: readonly string[] | null): Promise<EffectivenessReport>;
}
export type VersionedWish = { readonly expectedVersion: number; readonly comment: string | null };
export type RollbackWish = { readonly to: 'zero' | 'previousStage' | null; readonly comment: string | null };

/** A verdict as the ledger has it: Sluice's own, or an auditor's. */
export type RecordedVerdict = {
  readonly seq: number;
  readonly at: string;
  readonly by: Actor;
  readonly subject: 'visit' | 'rollout';
  readonly visit: number;
  readonly verdict: AuditVerdict;
  readonly throughSeq: number;
  readonly findings: readonly string[];
  readonly comment: string | null;
};
export type RolloutAudit = {
  readonly rolloutId: string;
  readonly feature: string;
  /** Whether its contract leaves the verdict to Sluice, or asks for an auditor's beside it. */
  readonly audit: 'automatic' | 'external';
  /** Of this moment: what the verifier finds on the chain against this rollout. */
  readonly report: AuditReport;
  readonly verdicts: readonly RecordedVerdict[];
};

export interface AuditDesk {
  of(rolloutId: string): Promise<RolloutAudit>;
  /** Terminal: a second verdict on the same visit, or the same rollout, is refused. */
  say(who: Principal, rolloutId: string, word: AuditorsWord): Promise<RolloutAudit>;
}

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

/** `shut`: what it keeps shut by itself at this moment; null where it is open. */
export type CalendarView = { readonly calendar: StandingCalendar; readonly shut: Shut | null };

export interface CalendarDesk {
  list(): Promise<readonly CalendarView[]>;
  get(name: string): Promise<CalendarView>;
  /** Sets it, or in its place another; the same again changes nothing. */
  set(who: Principal, name: string, input: unknown): Promise<CalendarView>;
  remove(who: Principal, name: string, comment: string | null): Promise<void>;
}

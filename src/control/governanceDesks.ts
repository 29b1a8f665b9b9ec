import type { AuditReport, AuditVerdict } from '../domain/audit/report.ts';
import type { Shut } from '../domain/calendar/shutBy.ts';
import type { Override, OverrideRequest, OverrideWish } from '../domain/feature/override.ts';
import type { Incident, LinkedIncident } from '../domain/governance/incident.ts';
import type { StandingCalendar } from '../domain/governance/installationState.ts';
import type { Principal } from '../domain/governance/role.ts';
import type { WaiverStanding, WaiverState } from '../domain/governance/waiverState.ts';
import type { Actor } from '../domain/ledger/entry.ts';
import type { CompletionReport } from '../domain/projection/completion.ts';
import type { CustomerView } from '../domain/projection/customer.ts';
import type { EffectivenessReport, Period } from '../domain/projection/effectiveness.ts';
import type { FounderView } from '../domain/projection/founder.ts';
import type { AuditorsWord } from './audit/auditorsWord.ts';
import type { Cursor } from './ports/featureRegister.ts';
import type { ListedRange } from './ports/projectionReader.ts';
import type { RolloutRecord } from './ports/rolloutRegister.ts';
import type { WaiverFilter } from './ports/waiverRegister.ts';

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

/** `stands`: it was known so already, and nothing was written. */
export type IncidentLink = { readonly incident: LinkedIncident; readonly outcome: 'linked' | 'changed' | 'stands' };
export interface IncidentDesk {
  link(who: Principal, rolloutId: string, incident: Incident): Promise<IncidentLink>;
  /** In the order in which they were linked. */
  list(rolloutId: string): Promise<readonly LinkedIncident[]>;
}
export type ReviewWord = { readonly criterion: string; readonly comment: string };
/** A person's word on an alert that stands. Where somebody has reviewed it already, that stands. */
export interface ReviewDesk {
  give(who: Principal, rolloutId: string, word: ReviewWord): Promise<void>;
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

/** `shut`: what it keeps shut by itself at this moment; null where it is open. */
export type CalendarView = { readonly calendar: StandingCalendar; readonly shut: Shut | null };

export interface CalendarDesk {
  list(): Promise<readonly CalendarView[]>;
  get(name: string): Promise<CalendarView>;
  /** Sets it, or in its place another; the same again changes nothing. */
  set(who: Principal, name: string, input: unknown): Promise<CalendarView>;
  remove(who: Principal, name: string, comment: string | null): Promise<void>;
}

/** What a provider says of itself: the version of each feature's document that it serves. */
export type ProviderAcknowledgement = {
  readonly client: string;
  readonly versions: Readonly<Record<string, number>>;
  readonly leaving: boolean;
};
/** `acknowledged`: whether it serves what the ledger has, or newer; null where it said nothing lately, for nothing changed. */
export type MemberStanding = {
  readonly member: string;
  readonly kind: 'replica' | 'provider';
  readonly sinceMs: number;
  readonly heardAtMs: number;
  readonly version: number | null;
  readonly wantedVersion: number;
  readonly acknowledged: boolean | null;
};

export interface AcknowledgementDesk {
  /** Of a provider, under a name that is bound to the subject of its token. What this replica has never heard of, and what the token does not bring, is no word. */
  acknowledge(who: Principal, word: ProviderAcknowledgement): Promise<void>;
  /** Everybody known who serves the feature of a rollout, by name. */
  ofRollout(rolloutId: string): Promise<readonly MemberStanding[]>;
}
